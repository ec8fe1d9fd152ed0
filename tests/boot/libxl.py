#!/usr/bin/env python3
"""Does to a boot loader what libxl does, without Xen.   Usage: libxl.py JSON

JSON has: program (list), disk, directory (where Xen's /var/lib/xen would be), and where wanted kernel, ramdisk, cmdline, runas,
bootloader_args (list), limit (seconds), signal (number), signal_to ("loader" or "reader"), xen ("4.14" to "4.20").
Prints JSON: exit (code, or -signal), log, items (each file's size and sha256, the arguments), left (what is in the directory
at the end), seconds, argv.

Held against Xen 4.17 and 4.20, tools/libs/light/libxl_bootloader.c:
  make_bootloader_args              the order of the arguments
  libxl__bootloader_run             the output file: empty, 0600, made here; the directory: 0700
  bootloader_gotptys                login_tty: a session of its own, with the terminal as stdin, stdout and stderr
  libxl__exec (libxl_exec.c)        the environment is inherited; bootloader_gotptys adds TERM=vt100
  parse_bootloader_result           items KEY VALUE with a zero byte after each, one or more blanks between; unknown keys are warnings,
                                    an item of 2*PATH_MAX bytes is too long
  libxl__file_reference_map, then unlink: a file that was named is mapped and removed at once
  bootloader_cleanup                removes the output file and the directory with all that is in it
  bootloader_local_detached_cb      nothing of a boot loader that failed is used
With a time limit it ends by SIGKILL, as with a restricted boot loader (LIBXL_BOOTLOADER_TIMEOUT); a domain that dies, by SIGTERM.
"""
import errno, hashlib, json, mmap, os, pty, select, shutil, signal, sys, time

PATH_MAX = 4096
job = json.loads(sys.argv[1])
base = os.path.join(job["directory"], "bootloader.7")
output, directory = base + ".out", base + ".d"
arguments = list(job["program"])
for key, option in (("kernel", "--kernel"), ("ramdisk", "--ramdisk"), ("cmdline", "--args")):
    if job.get(key) is not None:
        arguments.append(f"{option}={job[key]}")
if job.get("runas"):
    arguments += [f"--runas={job['runas']}", "--quiet"]
arguments += [f"--output={output}", "--output-format=simple0", f"--output-directory={directory}"]
arguments += job.get("bootloader_args", []) + [job["disk"]]

os.mkdir(directory, 0o700)
os.close(os.open(output, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
began = time.monotonic()
process, terminal = pty.fork()
if process == 0:
    os.environ["TERM"] = "vt100"
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    if job.get("cwd"):
        os.chdir(job["cwd"])
    # Where this runs in the background of a shell, that has SIGINT ignored; xl's processes have not.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.execvp(arguments[0], arguments)


def children(pid):
    found = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as file:
                found += [int(child) for child in file.read().split()]
    except (FileNotFoundError, ProcessLookupError):
        pass
    return found


def is_reader(pid):
    """Whether a child is the reader already. Before it has become that, posix_spawn(3) has the loader wait for it: a child that is
    stopped there stops the loader too, which no guest can bring about and no time limit of the loader's can end."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return b"--as-reader" in file.read().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False


log, status, sent = b"", None, None
limit = job.get("limit", 120)
while True:
    ready, _, _ = select.select([terminal], [], [], 0.001 if job.get("signal") and sent is None else 0.05)
    if ready:
        try:
            part = os.read(terminal, 65536)
        except OSError as error:      # the other end of the terminal is closed
            if error.errno != errno.EIO:
                raise
            part = b""
        log += part
        if not part:
            break
    if job.get("signal") and sent is None:
        readers = [child for child in children(process) if is_reader(child)]
        if readers:
            sent = readers[0] if job.get("signal_to") == "reader" else process
            os.kill(sent, job["signal"])
    if time.monotonic() - began > limit:
        os.kill(process, signal.SIGKILL)
        break
_, status = os.waitpid(process, 0)
seconds = time.monotonic() - began
code = os.waitstatus_to_exitcode(status)

items = {}
if code == 0:
    with open(output, "rb") as file:
        content = file.read()
    for item in content.split(b"\0")[:-1]:
        if len(item) >= 2 * PATH_MAX:
            items.setdefault("too_long", []).append(len(item))
            continue
        key, _, value = item.partition(b" ")
        value = value.lstrip(b" ").decode()
        if key in (b"kernel", b"ramdisk"):
            with open(value, "rb") as file:
                size = os.fstat(file.fileno()).st_size
                mapped = mmap.mmap(file.fileno(), size, mmap.MAP_PRIVATE, mmap.PROT_READ)
            os.unlink(value)
            items[key.decode()] = {"path": value, "size": size, "sha256": hashlib.sha256(mapped).hexdigest()}
        elif key == b"args":
            items["args"] = value
        else:
            items.setdefault("unknown", []).append(key.decode())
left = sorted(os.listdir(directory))
answer = os.path.getsize(output)
os.unlink(output)
shutil.rmtree(directory)
print(json.dumps({"exit": code, "log": log.decode(errors="replace").replace("\r\n", "\n"), "items": items, "left": left, "answer": answer,
                  "seconds": seconds, "sent": sent, "argv": arguments}))
