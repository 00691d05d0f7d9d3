#!/bin/sh
# hawser-new-target NAME [KEY=VALUE ...]: makes the LIO target iqn.2026-11.hawser.lio:NAME with both RAM disks as LUN 0
# and LUN 1, any initiator name accepted. Keys: erl, connections, digests, and chap, which is
# USER:SECRET[:MUTUAL_USER:MUTUAL_SECRET]. It takes no callers before hawser-portal.
group=/sys/kernel/config/target/iscsi/iqn.2026-11.hawser.lio:$1/tpgt_1
shift
erl=0 connections=8 digests=CRC32C,None chap=''
for pair in "$@"; do
  value=${pair#*=}
  case $pair in
    erl=*) erl=$value ;;
    connections=*) connections=$value ;;
    digests=*) digests=$value ;;
    chap=*) chap=$value ;;
    *) echo "hawser-new-target: unknown key $pair" && exit 1 ;;
  esac
done

mkdir -p "$group" || exit 1
for lun in 0 1; do
  mkdir "$group/lun/lun_$lun"
  ln -s "/sys/kernel/config/target/core/rd_mcp_0/disk$lun" "$group/lun/lun_$lun/disk$lun" || exit 1
done

set -e
echo 1 >"$group/attrib/generate_node_acls"
echo 0 >"$group/attrib/demo_mode_write_protect"
echo "$connections" >"$group/param/MaxConnections"
# This is the level that LIO offers; its parameter of that name (param/ErrorRecoveryLevel) has no say.
echo "$erl" >"$group/attrib/default_erl"
echo "$digests" >"$group/param/HeaderDigest"
echo "$digests" >"$group/param/DataDigest"

if [ -n "$chap" ]; then
  IFS=: read -r user secret mutual_user mutual_secret <<END
$chap
END
  echo 1 >"$group/attrib/authentication"
  echo CHAP >"$group/param/AuthMethod"
  printf %s "$user" >"$group/auth/userid"
  printf %s "$secret" >"$group/auth/password"
  if [ -n "$mutual_user" ]; then
    printf %s "$mutual_user" >"$group/auth/userid_mutual"
    printf %s "$mutual_secret" >"$group/auth/password_mutual"
  fi
else
  echo 0 >"$group/attrib/authentication"
  echo None >"$group/param/AuthMethod"
fi
