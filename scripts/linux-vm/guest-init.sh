#!/bin/sh
# The first process of the guest: mounts, network, then the role that the kernel's command line carries.
export PATH=/bin:/sbin:/usr/sbin HOME=/
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/shm
mount -t tmpfs tmp /tmp
mount -t tmpfs shm /dev/shm
for word in $(cat /proc/cmdline); do
  case $word in hawser.config=*) echo "${word#hawser.config=}" | base64 -d >/tmp/config ;; esac
done
. /tmp/config

modprobe virtio_pci
modprobe virtio_net
modprobe crc32c_intel 2>/dev/null || modprobe crc32c_generic
ip link set lo up
ip link set eth0 up
ip addr add 10.0.2.15/24 dev eth0
ip route add default via 10.0.2.2

if . "/bin/guest-$role.sh"; then
  # A shell for each caller of the control port; only the host's loopback reaches it.
  nc -ll -p 9 -e /bin/sh &
  until netstat -ltn | grep -q ':9 '; do usleep 50000; done
  echo GUEST-READY
else
  echo GUEST-FAILED
fi
while :; do sleep 3600; done
