#!/usr/bin/python3
"""Types in pwsh on a terminal, as a person does, and prints a row for each thing that has to happen."""
import fcntl, os, pty, re, select, struct, sys, termios, time

LIMIT = 240


class Terminal:
    def __init__(self, command):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ['TERM'] = 'xterm'
            # The size of a terminal is known before the program starts: one of no columns cannot be written to.
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 50, 200, 0, 0))
            os.execvp(command[0], command)
        self.text = ''

    def read(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if select.select([self.fd], [], [], min(0.5, max(0, end - time.monotonic())))[0]:
                try:
                    part = os.read(self.fd, 65536)
                except OSError:
                    return False
                # A terminal is asked where its cursor is.
                for _ in range(part.count(b'\x1b[6n')):
                    os.write(self.fd, b'\x1b[1;1R')
                self.text += part.decode('utf-8', 'replace')
                return True
        return True

    def type(self, text):
        os.write(self.fd, text.encode())

    def wait(self, pattern, limit=LIMIT):
        """Seconds until the pattern is seen in what came since the last one; None where it is not."""
        start = time.monotonic()
        while time.monotonic() - start < limit:
            plain = re.sub(r'\x1b\[[0-9;?]*[A-Za-z]', '', self.text)
            found = re.search(pattern, plain)
            if found:
                self.seen, self.text = plain[:found.end()], plain[found.end():]
                return time.monotonic() - start
            if not self.read(1):
                return None
        return None


def name(process):
    try:
        with open(f'/proc/{process}/comm', encoding='ascii') as file:
            return file.read().strip()
    except OSError:
        return ''


def wait_for(condition, limit=LIMIT):
    """Waits for what is not on the terminal, whose questions are answered meanwhile."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        if condition():
            return True
        terminal.read(1)
        time.sleep(1)
    return False


def row(text, good, seen=''):
    clock = open('/proc/uptime').read().split()[0]
    seen = ' '.join(seen.split())[-300:]
    print(f"[{clock}] {'ok' if good else 'NOT OK'}: {text}{'' if good else ': ' + seen}", flush=True)


terminal = Terminal(['pwsh', '-NoProfile', '-NoLogo'])
# A person types when there is a prompt. The answer is computed, so that what was typed is not taken for it.
terminal.wait(r'PS /.*> ')
terminal.type("Import-Module XenKube; \"ready-$(40+2)\"\r")
row('pwsh starts on a terminal and imports the module', terminal.wait(r'ready-42') is not None, terminal.text)

terminal.type('Enter-XenGuest etcd node-1\r')
# What is typed now comes back from the guest, whose log shows that; a console that was shown before has nothing to repeat.
typed = f'typed-{os.getpid()}'
connected = wait_for(lambda: any(name(process) == 'xenconsole' for process in os.listdir('/proc') if process.isdigit()))
terminal.read(2)
terminal.type(typed + '\r')
shown = terminal.wait(typed) is not None
logged = wait_for(lambda: typed in open('/var/log/xen/console/guest-etcd-node-1.log', errors='replace').read(), 20)
row("Enter-XenGuest connects the terminal with the guest's console", connected and shown and logged,
    f'connected: {connected}, shown: {shown}, logged: {logged}, {terminal.text}')
terminal.read(2)
terminal.text = ''
terminal.type('\x1d')
time.sleep(2)
terminal.type("\"back-$(40+2)\"\r")
row('Ctrl+] gives the session back', terminal.wait(r'back-42') is not None, terminal.text)

for command, name in (
        ('Wait-Ignition etcd node-1 -Since (Get-Date).AddHours(1) -Timeout 3000', 'a wait for Ignition'),
        ('Wait-XenGuest etcd node-1 -For Ssh -Timeout 3000', 'a wait for ssh'),
        ('Get-XenGuestLog etcd node-1 -Wait -Tail 1', 'a log that is followed')):
    terminal.type(command + '\r')
    terminal.wait(r'NEVER', 12)
    terminal.text = ''
    start = time.monotonic()
    terminal.type('\x03')
    time.sleep(1)
    terminal.type("\"alive-$(40+2)\"\r")
    seconds = terminal.wait(r'alive-42', 90)
    row(f'Ctrl+C ends {name}, and the session goes on', seconds is not None and time.monotonic() - start < 60, terminal.text)

terminal.type('exit\r')
terminal.wait('NEVER', 5)
