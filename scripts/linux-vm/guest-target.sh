# The guest as a target: LIO with two RAM disks, any initiator name accepted. Sourced by the guest's init.
modprobe target_core_mod && modprobe iscsi_target_mod || return 1
mount -t configfs cfg /sys/kernel/config 2>/dev/null
core=/sys/kernel/config/target/core/rd_mcp_0
group=/sys/kernel/config/target/iscsi/iqn.2026-11.hawser.lio:disk/tpgt_1
mkdir -p "$core" "$group" || return 1

for lun in 0 1; do
  disk=$core/disk$lun
  mkdir "$disk"
  echo "rd_pages=$((size * 256))" >"$disk/control"
  echo 1 >"$disk/enable" || return 1
  echo "hawser-lun$lun" >"$disk/wwn/vpd_unit_serial"
  mkdir "$group/lun/lun_$lun"
  ln -s "$disk" "$group/lun/lun_$lun/disk$lun" || return 1
done

echo 1 >"$group/attrib/generate_node_acls"
echo 0 >"$group/attrib/demo_mode_write_protect"
echo "$connections" >"$group/param/MaxConnections"
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

# The portal (hawser-portal) will be on 127.0.0.1, and its callers come in through eth0.
echo 1 >/proc/sys/net/ipv4/conf/all/route_localnet
