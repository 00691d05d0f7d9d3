#!/usr/bin/env bash
# Boots a Debian kernel in QEMU (no KVM needed), as an iSCSI target or initiator that shares no code with Hawser.
#
#   linux-vm.sh prepare
#       Builds the image; root is needed once, when Debian packages are missing.
#   linux-vm.sh status
#       Exit status 0 when an image is ready to boot.
#   linux-vm.sh target [--port N] [--size-mib N] [--erl 0|1|2] [--connections N]
#                      [--chap USER:SECRET[:MUTUAL_USER:MUTUAL_SECRET]] [--digests CRC32C,None] [--memory-mib N]
#       LIO with LUN 0 and LUN 1 (RAM disks) under iqn.2026-11.hawser.lio:disk, open to every initiator name. The
#       commands hawser-new-target and hawser-portal inside add further targets with the same disks.
#   linux-vm.sh initiator [--portal 127.0.0.1:PORT --script FILE] [--memory-mib N]
#       open-iscsi and nbd-client. 127.0.0.1 is the host's inside. With --script the file is run as root inside with
#       $PORTAL set, its output is printed, and its exit status becomes this script's.
#
# When the guest is ready, prints "READY ISCSI_PORT CONTROL_PORT" (127.0.0.1; the iSCSI port is 0 for an initiator) and
# runs until SIGTERM. Port 0, the default, takes a free one. The control port runs what is sent to it as a shell script
# inside the guest and answers with its output; `hawser-state disk` is the command there that prints LIO's sessions.
#
# Cache: ${HAWSER_CACHE:-$HOME/.cache/hawser}/linux-vm. Exit status 2: usage, set-up, or a guest that did not boot.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
fail() { echo "linux-vm: $*" >&2; exit 2; }

role=${1:-}
[ $# -gt 0 ] && shift
port=0 size=64 erl=0 connections=8 chap='' digests=CRC32C,None portal='' script='' memory=''
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || fail "option $1 needs a value"
  case $1 in
    --port) port=$2 ;;
    --size-mib) size=$2 ;;
    --erl) erl=$2 ;;
    --connections) connections=$2 ;;
    --chap) chap=$2 ;;
    --digests) digests=$2 ;;
    --portal) portal=$2 ;;
    --script) script=$2 ;;
    --memory-mib) memory=$2 ;;
    *) fail "unknown option $1" ;;
  esac
  shift 2
done

# The image is named after what it is built from, so that a change of these files builds another one.
cache=${HAWSER_CACHE:-$HOME/.cache/hawser}/linux-vm
image=$cache/$(cat "$here"/linux-vm/* | sha256sum | cut -c1-12)

case $role in
  prepare) exec bash "$here/linux-vm/build.sh" "$image" ;;
  status) [ -e "$image/ready" ] || exit 1; command -v qemu-system-x86_64 >/dev/null || exit 1; exit 0 ;;
  target | initiator) ;;
  *) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0" >&2; exit 2 ;;
esac
if [ "$role" = initiator ] && [ -n "$portal$script" ]; then
  { [ -n "$portal" ] && [ -r "$script" ]; } || fail '--portal and a readable --script go together'
fi
bash "$here/linux-vm/build.sh" "$image" || exit 2

work=$(mktemp -d) vm=''
cleanup() {
  if [ -n "$vm" ]; then
    kill -KILL "$vm" 2>/dev/null || true
    wait "$vm" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 0' TERM INT HUP

# The guest reads its role from the kernel's command line: shell assignments, in base64 so that any secret passes.
quoted() { printf "%s='%s'\n" "$1" "${2//\'/\'\\\'\'}"; }
config=$(for name in role size erl connections chap digests; do quoted "$name" "${!name}"; done | base64 -w0)
if [ "$role" = target ]; then : "${memory:=$((2 * size + 256))}"; fi

# The guest must not outlive this script, not even when it is killed outright.
guard=''
if setpriv --pdeathsig KILL true 2>/dev/null; then guard='setpriv --pdeathsig KILL'; fi
# On a busy host the guest's timer may stand still while the kernel tries it: no_timer_check has it trust the timer.
coproc MONITOR {
  exec $guard qemu-system-x86_64 -name hawser-vm -machine q35,accel=tcg -cpu max -smp 1 -m "${memory:-384}" \
    -display none -nic none -no-reboot -monitor stdio -serial "file:$work/console" \
    -netdev user,id=net,hostfwd=tcp:127.0.0.1:0-:9 -device virtio-net-pci,netdev=net,romfile= \
    -kernel "$image/kernel" -initrd "$image/initrd" \
    -append "console=ttyS0 no_timer_check quiet loglevel=4 panic=-1 hawser.config=$config" 2>&1
}
vm=$MONITOR_PID
exec {tell}>&"${MONITOR[1]}" {hear}<&"${MONITOR[0]}"

ended() {
  { tail -n 20 "$work/console" 2>/dev/null; cat <&"$hear"; } | tr -d '\r' >&2 || true
  fail "the guest $1"
}

deadline=$((SECONDS + 180))
until grep -q '^GUEST-READY' "$work/console" 2>/dev/null; do
  kill -0 "$vm" 2>/dev/null || ended 'ended before it was ready'
  ! grep -q '^GUEST-FAILED' "$work/console" 2>/dev/null || ended 'could not set itself up'
  [ $SECONDS -lt $deadline ] || ended 'was not ready within 180 s'
  sleep 0.1
done

# The host port that QEMU's monitor lists for a guest port: "TCP[HOST_FORWARD] FD 127.0.0.1 PORT ADDRESS GUEST_PORT ...".
host_port() {
  local line found=''
  echo 'info usernet' >&"$tell"
  echo 'info name' >&"$tell"
  while IFS= read -r -t 20 line <&"$hear"; do
    if [[ $line =~ HOST_FORWARD\]\ +[0-9]+\ +127\.0\.0\.1\ +([0-9]+)\ +[0-9.]+\ +$1\  ]]; then found=${BASH_REMATCH[1]}; fi
    case $line in hawser-vm*) break ;; esac
  done
  [ -n "$found" ] || ended "has no forwarded port $1"
  echo "$found"
}

# Runs standard input in the guest and returns its status.
in_guest() {
  local guest line status=2
  exec {guest}<>"/dev/tcp/127.0.0.1/$control"
  { echo '('; cat; echo; echo ') </dev/null'; echo 'echo "GUEST-STATUS $?"; exit'; } >&"$guest"
  while IFS= read -r line <&"$guest"; do
    case $line in
      'GUEST-STATUS '*) status=${line##* } ;;
      *) printf '%s\n' "$line" ;;
    esac
  done
  exec {guest}>&-
  return "$status"
}

control=$(host_port 9)
if [ "$role" = target ]; then
  # SendTargets must answer with an address that the host can reach, so LIO gets the very address and port that are
  # forwarded to it; a free port is found by asking for any, then asking for that one again.
  if [ "$port" = 0 ]; then
    echo 'hostfwd_add tcp:127.0.0.1:0-:3260' >&"$tell"
    port=$(host_port 3260)
    echo "hostfwd_remove tcp:127.0.0.1:$port" >&"$tell"
  fi
  echo "hostfwd_add tcp:127.0.0.1:$port-127.0.0.1:$port" >&"$tell"
  host_port "$port" >/dev/null
  echo "hawser-portal disk $port" | in_guest >&2 || ended 'could not open its portal'
fi

if [ -n "$script" ]; then
  status=0
  # In the background, since the shell hears a signal only once the command in front has ended.
  { echo "export PORTAL=127.0.0.1:${portal##*:}"; cat "$script"; } | in_guest &
  wait $! || status=$?
  exit "$status"
fi

echo "READY $port $control"
# What the monitor says from now on is of no use, but must be read, or QEMU would wait for a reader.
cat <&"$hear" >/dev/null &
drain=$!
wait "$vm" || true
kill "$drain" 2>/dev/null || true
ended 'ended by itself'
