#!/usr/bin/env bash
# Builds what linux-vm.sh boots: build.sh IMAGE_DIR. A no-op when it is there. Installs Debian packages when root.
set -euo pipefail

image=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=$(dirname "$image")
[ ! -e "$image/ready" ] || { command -v qemu-system-x86_64 >/dev/null && exit 0; }
fail() { echo "linux-vm: $*" >&2; exit 2; }
say() { echo "linux-vm: $*" >&2; }

[ "$(uname -m)" = x86_64 ] || fail 'only x86-64 hosts can build the image'
command -v apt-get >/dev/null || fail 'a Debian host is needed to build the image'
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9

missing=()
for package in qemu-system-x86 busybox-static cpio kmod xz-utils open-iscsi nbd-client e2fsprogs sg3-utils; do
  dpkg -s "$package" 2>/dev/null | grep -q '^Status: install ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  [ "$(id -u)" = 0 ] || fail "missing packages: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  say "installing ${missing[*]}"
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null 2>&1 ||
    { apt-get update -qq >/dev/null && apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; } ||
    fail "could not install ${missing[*]}"
fi
[ ! -e "$image/ready" ] || exit 0

kernel_package() { apt-cache depends linux-image-amd64 2>/dev/null | awk '/Depends: linux-image-/ { print $2; exit }'; }
package=$(kernel_package)
if [ -z "$package" ]; then
  apt-get update -qq >/dev/null || true
  package=$(kernel_package)
fi
[ -n "$package" ] || fail 'apt knows no linux-image-amd64'
deb=$(compgen -G "$cache/${package}_*.deb" | head -n 1 || true)
if [ -z "$deb" ]; then
  say "fetching $package"
  download=$(mktemp -d "$cache/download.XXXXXX")
  (cd "$download" && { apt-get download -qq "$package" || { apt-get update -qq && apt-get download -qq "$package"; }; }) \
    >/dev/null 2>&1 || { rm -rf "$download"; fail "could not fetch $package"; }
  mv "$download"/*.deb "$cache/"
  rm -rf "$download"
  deb=$(compgen -G "$cache/${package}_*.deb" | head -n 1)
fi

say 'building the image'
build=$(mktemp -d "$cache/build.XXXXXX")
trap 'rm -rf "$build"' EXIT
dpkg -x "$deb" "$build/deb"
modules=$(echo "$build"/deb/lib/modules/*)
version=$(basename "$modules")
depmod -b "$build/deb" "$version"

# QEMU starts an ELF kernel at once; software emulation would need seconds to unpack a compressed one. The setup header
# (Documentation/arch/x86/boot.rst) says where in the file the packed ELF lies; its last four bytes are not part of it.
packed=$(echo "$build"/deb/boot/vmlinuz-*)
number() { od -An "-tu$2" -j "$1" -N "$2" "$packed" | tr -d ' '; }
tail -c "+$((($(number 497 1) + 1) * 512 + $(number 584 4) + 1))" "$packed" | head -c "$(($(number 588 4) - 4))" \
  >"$build/packed" || true
xz -dc "$build/packed" >"$build/kernel" 2>/dev/null || cp "$packed" "$build/kernel"

root=$build/root
mkdir -p "$root"/{bin,dev,etc/iscsi,lib,lib64,mnt,proc,run/lock/iscsi,sys,tmp,usr/sbin,var/lib/iscsi}
ln -s usr/sbin "$root/sbin"
cp /bin/busybox "$root/bin/"
for applet in $(/bin/busybox --list); do [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"; done

# Modules with everything they need, in load order by a depmod of their own.
for module in virtio_pci virtio_net crc32c_generic crc32c_intel configfs target_core_mod target_core_file \
  iscsi_target_mod iscsi_tcp sd_mod sg nbd ext4; do
  { modprobe -d "$build/deb" -S "$version" --show-depends "$module" 2>/dev/null || true; } | awk '$1 == "insmod" { print $2 }'
done | sort -u | while read -r file; do
  target=$root/${file#"$build/deb/"}
  mkdir -p "$(dirname "$target")"
  cp "$file" "$target"
done
cp "$modules"/modules.{order,builtin,builtin.modinfo} "$root/lib/modules/$version/"
depmod -b "$root" "$version"

for program in iscsid iscsiadm mkfs.ext4 e2fsck nbd-client sg_inq sg_vpd sg_luns sg_readcap sg_persist sg_sync sg_unmap; do
  path=$(PATH=/usr/sbin:/usr/bin:/sbin:/bin command -v "$program") || fail "$program is not installed"
  cp -L "$path" "$root/usr/sbin/$program"
  ldd "$path" | grep -o '/[^ ]*' | while read -r library; do
    mkdir -p "$root$(dirname "$library")"
    [ -e "$root$library" ] || cp -L "$library" "$root$library"
  done
done

echo 'root:x:0:0:root:/:/bin/sh' >"$root/etc/passwd"
echo 'root:x:0:' >"$root/etc/group"
# Only root may read the packaged file; the built-in defaults serve otherwise.
cat /etc/iscsi/iscsid.conf >"$root/etc/iscsi/iscsid.conf" 2>/dev/null || : >"$root/etc/iscsi/iscsid.conf"
echo 'InitiatorName=iqn.2026-11.hawser.linux:initiator' >"$root/etc/iscsi/initiatorname.iscsi"
install -m 755 "$here/guest-init.sh" "$root/init"
install -m 755 "$here/guest-target.sh" "$here/guest-initiator.sh" "$root/bin/"
install -m 755 "$here/guest-state.sh" "$root/bin/hawser-state"
install -m 755 "$here/guest-portal.sh" "$root/bin/hawser-portal"
install -m 755 "$here/guest-new-target.sh" "$root/bin/hawser-new-target"
(cd "$root" && find . | cpio -o -H newc --quiet -R 0:0) >"$build/initrd"

# Other versions of these files have images of their own; those that nobody built lately go.
find "$cache" -mindepth 1 -maxdepth 1 -type d -mtime +7 -exec rm -rf {} +
rm -rf "$image"
mkdir "$image"
mv "$build/kernel" "$build/initrd" "$image/"
touch "$image/ready"
