#!/usr/bin/env python3
"""Three node disks from one image: XenKube beside the guide's way and its peers, on the same processors and disk.

    pour-benchmark.py [--pairs N] [--directory DIR] [--source DIR]

Makes, once, an image of 4,756,340,736 bytes with about 700 MB of this machine's own files on USR-A and ROOT, compressed
by lbzip2; then runs all ways in turn, round by round, and prints medians. Of each way: wall time, processor time of user
and system together, peak memory of its largest process. Each round begins with what was written before being on the disk
and gone. About 15 GB of room and, with --pairs 3, a quarter of an hour are needed; the machine should do nothing else.
"""
import argparse, os, re, shutil, signal, statistics, subprocess, sys, time

SIZE = 4756340736
PARTITIONS = [  # number, start, size, label, type
    (1, 2097152, 134217728, 'EFI-SYSTEM', 'EF00'), (2, 136314880, 2097152, 'BIOS-BOOT', 'EF02'),
    (3, 138412032, 1073741824, 'USR-A', '5DFBF5F4-2848-4BAC-AA5E-0D9A20B745A6'),
    (4, 1212153856, 1073741824, 'USR-B', '5DFBF5F4-2848-4BAC-AA5E-0D9A20B745A6'),
    (6, 2285895680, 134217728, 'OEM', '8300'), (7, 2420113408, 67108864, 'OEM-CONFIG', 'C95DC21A-DF0E-4340-8D7B-26CBFA9A03E0'),
    (9, 2487222272, 2267021312, 'ROOT', '3884DD41-8582-4404-B9A8-E9B84F2DF50E')]
PATH = os.environ.get('PATH', '') + ':/usr/sbin:/sbin'
HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.dirname(os.path.dirname(HERE))


def run(*command, **options):
    subprocess.run(command, check=True, env={**os.environ, 'PATH': PATH}, **options)


def copy_files(source, staging, skip, wanted):
    """Copies whole files in the order of their names, from a point on, until there are enough; returns where it stopped."""
    copied, index = 0, 0
    for folder, folders, names in os.walk(source):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(folder, name)
            if os.path.islink(path) or not os.path.isfile(path):
                continue
            size = os.path.getsize(path)
            index += size
            if index <= skip or size > 64 << 20:
                continue
            target = os.path.join(staging, os.path.relpath(path, source))
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copyfile(path, target)
            copied += size
            if copied >= wanted:
                return index
    sys.exit(f'{source} has too few files: {copied} bytes')


def make_image(directory, source):
    image, compressed = f'{directory}/coreos-bench.bin', f'{directory}/coreos-bench.bin.bz2'
    if os.path.exists(compressed):
        return compressed
    with open(image, 'wb') as file:
        file.truncate(SIZE)
    arguments = ['-a', '1', '-U', '00000000-0000-0000-0000-000000000001']
    for number, start, size, label, kind in PARTITIONS:
        arguments += ['-n', f'{number}:{start // 512}:{(start + size) // 512 - 1}', '-c', f'{number}:{label}', '-t', f'{number}:{kind}']
    run('sgdisk', *arguments, image, stdout=subprocess.DEVNULL)
    stop = 0
    for label, kind, features in (('USR-A', 'ext2', []), ('ROOT', 'ext4', ['-O', '^metadata_csum,^64bit'])):
        start, size = next((p[1], p[2]) for p in PARTITIONS if p[3] == label)
        staging, partition = f'{directory}/staging', f'{directory}/partition'
        shutil.rmtree(staging, ignore_errors=True)
        os.mkdir(staging)
        stop = copy_files(source, staging, stop, 350_000_000)
        with open(partition, 'wb') as file:
            file.truncate(size)
        run('mke2fs', '-q', '-F', '-t', kind, *features, '-L', label, '-d', staging, partition)
        run('dd', f'if={partition}', f'of={image}', 'bs=1M', 'conv=notrunc,sparse', f'seek={start}', 'oflag=seek_bytes', 'status=none')
        shutil.rmtree(staging)
        os.remove(partition)
    print('compressing by lbzip2 -9 …', file=sys.stderr)
    run('lbzip2', '-9', image)
    return compressed


def build(project, name):
    run('dotnet', 'build', '-c', 'Release', '-v', 'q', '-nologo', f'{PROJECT}/{project}', stdout=subprocess.DEVNULL)
    return f'{PROJECT}/{project}/bin/Release/net10.0/{name}'


def measure(script, directory):
    """Wall seconds, processor seconds and peak megabytes of a shell script and all that it starts."""
    for name in os.listdir(directory):
        if name.endswith('.img'):
            os.remove(f'{directory}/{name}')
    os.sync()
    time.sleep(2)
    began = time.monotonic()
    process = subprocess.Popen(['bash', '-e', '-o', 'pipefail', '-c', script], cwd=directory, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f'exit {process.returncode}: {script}')
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def check(image, directory):
    """The nodes are what lbzip2 makes of the image."""
    for node in ('node-1.img', 'node-3.img'):
        run('bash', '-o', 'pipefail', '-c', f'lbzip2 -dc {image} | cmp - {directory}/{node}')
    blocks = os.stat(f'{directory}/node-1.img').st_blocks * 512
    print(f'the nodes are right; each takes {blocks / 1e6:.0f} MB of the disk', file=sys.stderr)


def report(ways, results, image, processors, options):
    medians = {key: [statistics.median(run[k] for run in runs) for k in range(3)] for key, runs in results.items()}

    def ratio(key, base, k):
        return f'{medians[key][k] / medians[base][k]:.2f}' if base in medians else ''

    with open('/proc/cpuinfo') as file:
        model = re.search(r'model name\s*: (.*)', file.read())
    print(f'{os.path.getsize(image):,} bytes compressed, {SIZE:,} decompressed; {processors} processors ({model.group(1) if model else "?"}); '
          f'median of {options.pairs}; load of the last quarter of an hour: {os.getloadavg()[2]:.1f}')
    print()
    print('| way | wall s | CPU s | peak MB | wall / guide | wall / lbzip2 alone | CPU / lbzip2 alone |')
    print('|---|---:|---:|---:|---:|---:|---:|')
    for key, title, _, _ in ways:
        wall, cpu, memory = medians[key]
        print(f'| {title} | {wall:.1f} | {cpu:.1f} | {memory:.0f} | {ratio(key, "guide", 0)} | {ratio(key, "lbzip2", 0)} | {ratio(key, "lbzip2", 1)} |')


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--pairs', type=int, default=3, help='rounds (default 3)')
    parser.add_argument('--directory', default='/tmp/xenkube-pour', help='where the image and the node disks are made')
    parser.add_argument('--source', default='/usr/lib', help='where the files in the image come from')
    parser.add_argument('--ways', help='only these: guide,admin,lbzip2,pbzip2,7z,decode,xenkube,cache')
    parser.add_argument('--keep', action='store_true', help='keep the directory')
    options = parser.parse_args()
    os.makedirs(options.directory, exist_ok=True)
    image = make_image(options.directory, options.source)
    program, decoder = build('src/XenKube.Cli', 'xenkube'), build('tests/XenKube.Benchmarks', 'XenKube.Benchmarks')
    processors = len(os.sched_getaffinity(0))
    nodes = 'node-1.img node-2.img node-3.img'
    ways = [
        ('guide', 'the guide: bzcat, three times', 'bzip2', f'for n in {nodes}; do bzcat {image} > $n; done'),
        ('admin', 'lbzip2 -dc, dd conv=sparse, cp --sparse=always twice', 'lbzip2',
         f'lbzip2 -n {processors} -dc {image} | dd of=node-1.img bs=1M iflag=fullblock conv=sparse status=none; cp --sparse=always node-1.img node-2.img; cp --sparse=always node-1.img node-3.img'),
        ('lbzip2', 'lbzip2 -dc to /dev/null: the decode alone', 'lbzip2', f'lbzip2 -n {processors} -dc {image} > /dev/null'),
        ('pbzip2', 'pbzip2 -dc to /dev/null: the decode alone', 'pbzip2', f'pbzip2 -p{processors} -dc {image} > /dev/null'),
        ('7z', '7z to /dev/null: the decode alone', '7z', f'7z e -mmt={processors} -so {image} > /dev/null'),
        ('decode', 'XenKube: the decode alone', decoder, f'{decoder} decode {image} {processors}'),
        ('xenkube', 'XenKube: three nodes', program, f'{program} image expand {image} {nodes}'),
        ('cache', 'XenKube: three nodes, from the cache', program, f'{program} image expand --cache {image} {nodes}'),
    ]
    ways = [way for way in ways if shutil.which(way[2], path=PATH)]
    if options.ways:
        ways = [way for way in ways if way[0] in options.ways.split(',')]
    results = {way[0]: [] for way in ways}
    prepare = {'cache': f'{program} image expand --cache {image} node-0.img'}
    for pair in range(options.pairs):
        for key, title, _, script in ways:
            if key in prepare:
                measure(prepare[key], options.directory)
            wall, cpu, memory = measure(script, options.directory)
            for left in (f'{image[:-4]}', f'{image[:-4]}.origin'):
                if key in prepare and os.path.exists(left):
                    os.remove(left)
            if key == 'xenkube' and pair == 0:
                check(image, options.directory)
            results[key].append((wall, cpu, memory))
            print(f'{pair + 1}/{options.pairs}  {wall:7.1f} s  {cpu:7.1f} CPU s  {memory:5.0f} MB  {title}', file=sys.stderr)

    report(ways, results, image, processors, options)
    if not options.keep:
        shutil.rmtree(options.directory)


if __name__ == '__main__':
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    main()
