# The guest as an initiator: open-iscsi's daemon runs, scripts come through the control port. Sourced by the guest's init.
# 127.0.0.1 is the host's here, so that the portals which a target on the host announces can be reached as they stand.
echo 1 >/proc/sys/net/ipv4/conf/all/route_localnet
ip addr flush dev lo
ip route add 127.0.0.0/8 via 10.0.2.2 dev eth0 src 10.0.2.15

modprobe iscsi_tcp && modprobe sd_mod && modprobe sg && modprobe ext4 && modprobe nbd || return 1
iscsid || return 1
until iscsiadm -m session >/dev/null 2>&1 || [ $? = 21 ]; do usleep 100000; done
