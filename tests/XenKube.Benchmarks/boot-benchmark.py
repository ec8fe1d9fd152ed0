#!/usr/bin/env python3
"""The boot loader beside the tools: zstd and xz for the kernel, pygrub for the whole.

    boot-benchmark.py [--rounds N] [--pygrub COMMAND] [--kernel FILE]... [--program FILE]

Makes disks of Flatcar's layout with Debian's kernels (linux-image of 6.1 is xz, that of 6.12 zstd; fetched by apt-get download unless
--kernel names files; an ELF file is a kernel that nobody has to unpack, as pygrub unpacks none), and one of Container Linux's with a menu for pygrub. Runs each way in turn, round by round, and prints the best
time of each by the clock, the least processor time, the largest memory of one process, and the ratios of processor time, which a busy
machine changes least. Needs gdisk, dosfstools, mtools, zstd and xz. --pygrub is a
command line such as '/usr/lib/xen-4.17/bin/pygrub -q'; the image's path is added.
"""
import argparse, glob, os, resource, shlex, shutil, struct, subprocess, sys, tempfile, time

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
os.environ['PATH'] += ':/usr/sbin:/sbin'
USR = '5DFBF5F4-2848-4BAC-AA5E-0D9A20B745A6'


def run(*command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, **options).stdout


def fetch(directory):
    found = run('apt-cache', 'search', '--names-only', r'^linux-image-6\.(1|12)\..*[0-9](\+deb12)?-amd64$', text=True)
    names = [line.split()[0] for line in found.splitlines()]
    for start in ('linux-image-6.1.', 'linux-image-6.12.'):
        matching = [name for name in names if name.startswith(start)]
        if matching:
            run('apt-get', '-qq', 'download', matching[-1], cwd=directory, stderr=subprocess.DEVNULL)
    for package in glob.glob(directory + '/*.deb'):
        archive = run('dpkg-deb', '--fsys-tarfile', package)
        run('tar', 'x', '--wildcards', './boot/vmlinuz-*', cwd=directory, input=archive)
        os.unlink(package)
    return sorted(glob.glob(directory + '/boot/vmlinuz-*'))


def payload(kernel):
    data = open(kernel, 'rb').read()
    if data.startswith(b'\x7fELF'):
        return data
    offset, length = struct.unpack('<II', data[0x248:0x250])
    start = ((data[0x1F1] or 4) + 1) * 512 + offset
    return data[start:start + length]


def make_small_kernel(path, size=1536 << 10):
    """An ELF file of the size of pvboot-x86_64.elf, which pygrub fetches from a disk of CoreOS, with Xen's notes."""
    notes = b''.join(struct.pack('<III', 4, len(text), kind) + b'Xen\0' + text for kind, text in
                     ((6, b'linux\0\0\0'), (5, b'xen-3.0\0'), (8, b'generic\0'), (18, b'\0\0\0\1')))
    head = b'\x7fELF\2\1\1'.ljust(16, b'\0') + struct.pack('<HHIQQQIHHHHHH', 2, 62, 1, 0, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    segment = struct.pack('<IIQQQQQQ', 4, 0, 512, 0, 0, len(notes), len(notes), 4)
    with open(path, 'wb') as file:
        file.write((head + segment).ljust(512, b'\0') + notes + os.urandom(size))


def in_child(work):
    """Runs work in a process of its own, so that its memory does not count as that of the programs which are started later."""
    read, write = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(read)
        with open(write, 'w') as pipe:
            pipe.write(repr(work()))
            pipe.flush()
            os._exit(0)
    os.close(write)
    with open(read) as pipe:
        text = pipe.read()
    os.waitpid(process, 0)
    return eval(text)


def prepare_disk(kernel, packed, disk, directory):
    data = payload(kernel)
    tool = 'zstd' if data.startswith(b'\x28\xb5\x2f\xfd') else 'xz' if data.startswith(b'\xfd7zXZ') else None
    with open(packed, 'wb') as file:
        file.write(data[:-4])
    make_disk(disk, kernel, directory)
    return tool, len(data), struct.unpack('<I', data[-4:])[0] if tool else len(data)


def compare(tool, packed, kernel, files):
    """What the boot loader unpacked against what the tool unpacks."""
    expected = run(tool, '-dcq', packed) if tool else open(kernel, 'rb').read()
    if open(os.path.join(files, 'kernel'), 'rb').read() != expected:
        raise SystemExit('the boot loader unpacked something else')
    return True


def make_disk(path, kernel, directory):
    files = os.path.join(directory, 'efi')
    with open(path, 'wb') as disk, open(files, 'wb') as system:
        disk.truncate(200 << 20)
        system.truncate(128 << 20)
    run('sgdisk', '-n', '1:4096:+128M', '-c', '1:EFI-SYSTEM', '-t', '1:EF00', '-n', '3:0:+1M', '-c', '3:USR-A', '-t', f'3:{USR}',
        '-u', '3:7130c94a-213a-4e5a-8e26-6cce9662f132', '-A', '3:set:48', '-A', '3:set:56', '-n', '9:0:+1M', '-c', '9:ROOT', path)
    run('mkfs.vfat', '-n', 'EFI-SYSTEM', files)
    run('mmd', '-i', files, '::flatcar', '::boot', '::boot/grub')
    run('mcopy', '-i', files, kernel, '::flatcar/vmlinuz-a')
    menu = os.path.join(directory, 'menu.lst')
    with open(menu, 'w') as file:
        file.write('default 0\ntimeout 0\ntitle one\nroot (hd0,0)\nkernel /flatcar/vmlinuz-a root=LABEL=ROOT\n')
    run('mcopy', '-i', files, menu, '::boot/grub/menu.lst')
    with open(path, 'r+b') as disk, open(files, 'rb') as system:
        disk.seek(2 << 20)
        shutil.copyfileobj(system, disk)
    os.unlink(files)


def measure(command, before=None, environment=None):
    """Seconds by the clock, those of processors, and the memory of the largest of its processes in bytes."""
    if before:
        before()
    start = time.monotonic()
    process = os.posix_spawnp(command[0], command, environment or os.environ, file_actions=[
        (os.POSIX_SPAWN_OPEN, 0, '/dev/null', os.O_RDONLY, 0), (os.POSIX_SPAWN_OPEN, 1, '/dev/null', os.O_WRONLY, 0)])
    _, status, usage = os.wait4(process, 0)
    seconds = time.monotonic() - start
    if status != 0:
        sys.exit(f'{shlex.join(command)} failed')
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('--rounds', type=int, default=7)
    parser.add_argument('--pygrub')
    parser.add_argument('--kernel', action='append')
    parser.add_argument('--program', default=PROJECT + '/artifacts/boot/xenkube-boot')
    options = parser.parse_args()
    directory = tempfile.mkdtemp(prefix='xenkube-boot-benchmark-')
    try:
        print(f'start of the program (--help): {min(measure([options.program, "--help"])[0] for _ in range(20)) * 1000:.1f} ms')
        small = os.path.join(directory, 'small-kernel')
        make_small_kernel(small)
        for kernel in [small, *(options.kernel or in_child(lambda: fetch(directory)))]:
            packed, disk = os.path.join(directory, 'payload'), os.path.join(directory, 'disk.img')
            tool, size, unpacked = in_child(lambda: prepare_disk(kernel, packed, disk, directory))
            answer, files = os.path.join(directory, 'out'), os.path.join(directory, 'files')

            def prepare():
                shutil.rmtree(files, ignore_errors=True)
                os.mkdir(files)
                open(answer, 'w').close()

            ways = {
                'xenkube-boot': lambda: measure([options.program, f'--output={answer}', f'--output-directory={files}', disk], prepare),
            }
            if tool:
                ways[tool] = lambda: measure([tool, '-dcq', packed])
            if options.pygrub:
                ways['pygrub'] = lambda: measure([*shlex.split(options.pygrub), f'--output={answer}', '--output-format=simple0',
                                                  f'--output-directory={files}', disk], prepare)
            best = {name: (float('inf'), float('inf'), 0) for name in ways}
            ways['xenkube-boot']()
            if not in_child(lambda: compare(tool, packed, kernel, files)):
                sys.exit(1)
            for _ in range(options.rounds):
                for name, way in ways.items():
                    seconds, processor, memory = way()
                    best[name] = min(best[name][0], seconds), min(best[name][1], processor), max(best[name][2], memory)
            print(f'{os.path.basename(kernel)}: {size / 1e6:.1f} MB of {tool or "ELF"}, {unpacked / 1e6:.1f} MB unpacked')
            for name, (seconds, processor, memory) in best.items():
                print(f'  {name:13} {seconds:6.3f} s  processors {processor:6.3f} s  {memory / 1e6:4.0f} MB'
                      + ('' if name == 'xenkube-boot' else f'   the boot loader takes {best["xenkube-boot"][1] / processor:.2f} of it'))
    finally:
        shutil.rmtree(directory)


main()
