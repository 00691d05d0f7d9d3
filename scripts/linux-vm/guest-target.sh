# The guest as a target: LIO with two RAM disks and one target that offers both. Sourced by the guest's init.
modprobe target_core_mod && modprobe iscsi_target_mod || return 1
mount -t configfs cfg /sys/kernel/config 2>/dev/null
core=/sys/kernel/config/target/core/rd_mcp_0
mkdir -p "$core" || return 1

for lun in 0 1; do
  disk=$core/disk$lun
  mkdir "$disk"
  echo "rd_pages=$((size * 256))" >"$disk/control"
  echo 1 >"$disk/enable" || return 1
  echo "hawser-lun$lun" >"$disk/wwn/vpd_unit_serial"
done
hawser-new-target disk "erl=$erl" "connections=$connections" "digests=$digests" "chap=$chap" || return 1

# The portal (hawser-portal) will be on 127.0.0.1, and its callers come in through eth0.
echo 1 >/proc/sys/net/ipv4/conf/all/route_localnet
