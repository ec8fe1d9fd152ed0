using System.Text;
using XenKube.Guests;
using XenKube.Tests.Support;

namespace XenKube.Tests.Guests;

public sealed class GuestLogTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    private static string Recorded => File.ReadAllText(Project.Tests("fixtures", "xl", "guest-console.log"));

    public void Dispose() => _folder.Dispose();

    private GuestLog Log(string content)
    {
        _folder.Write("console/guest-etcd-node-1.log", content);
        return new GuestLog("etcd-node-1", new XlOptions { LogDirectory = _folder.Path });
    }

    [Fact]
    public void Recorded_console_is_shown_without_anything_that_a_terminal_acts_upon()
    {
        var lines = Log(Recorded).Read();
        Assert.Equal("Welcome to GRUB!", lines[0]);
        Assert.EndsWith("reboot: System halted", lines[^1], StringComparison.Ordinal);
        Assert.Contains("LABGUEST ready", lines);
        Assert.All(lines, line => Assert.DoesNotContain(line, c => char.IsControl(c)));
        Assert.All(lines, line => Assert.DoesNotMatch(@"\[[0-9;?]+[mHJK]", line));
    }

    [Fact]
    public void Only_the_last_start_is_shown_unless_all_are_asked_for()
    {
        var one = Log(Recorded).Read();
        var log = Log(Recorded + Recorded + Recorded);
        Assert.Equal(one, log.Read());
        Assert.Equal(3 * one.Count, log.Read(all: true).Count);
        // A start that is not past its boot loader yet, and guests that have no GRUB.
        Assert.Equal(["Welcome to GRUB!", "error: invalid magic number."], Log(Recorded + "Welcome to GRUB!\r\n\r\nerror: invalid magic number.\r\n").Read());
        Assert.Equal(["[    0.000000] Linux version 6", "second"], Log("[    0.000000] Linux version 6\nfirst\n[    0.000000] Linux version 6\nsecond\n").Read());
        Assert.Equal(["nothing that is known"], Log("nothing that is known\n").Read());
    }

    [Theory]
    [InlineData("a\x1b[31mb\x1b[0m\n", "ab")]
    [InlineData("a\x1b]0;title\ab\n", "ab")]
    [InlineData("a\x1b]0;title\x1b\\b\n", "ab")]
    [InlineData("a\x1b[2;5Hb", "a|b")]
    [InlineData("a\rb\n", "a|b")]
    [InlineData("\x1b", "")]
    [InlineData("\x1b[", "")]
    [InlineData("\x1b(0lqk\n", "lqk")]
    [InlineData("a\x9b" + "31mb\n", "a31mb")]
    [InlineData("a\u202eb\n", "a\\u202eb")]
    public void Escape_sequences_are_removed(string text, string lines) => Assert.Equal(lines, string.Join('|', ConsoleText.Lines(text)));

    [Theory]
    [InlineData("error: invalid magic number.", "cannot start the kernel")]
    [InlineData("error: file `/coreos/vmlinuz-a' not found.", "does not find what it is told to load")]
    [InlineData("grub rescue> ", "waits for commands")]
    [InlineData("[    1.2] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)", "does not find its root file system")]
    [InlineData("[    1.2] Kernel panic - not syncing: Attempted to kill init!", "a kernel panic")]
    [InlineData("udhcpc: no lease, failing", "no DHCP server")]
    [InlineData("systemd-networkd[1]: eth0: DHCPv4 connection timed out", "no DHCP server")]
    [InlineData("ignition[412]: GET http://192.168.100.1/etcd/node-1.json: attempt #5: GET result: Not Found", "not published at that address")]
    [InlineData("ignition[412]: GET error: Get http://192.168.100.1/: dial tcp 192.168.100.1:80: connect: connection refused", "nothing serves configs there")]
    [InlineData("ignition[412]: GET error: dial tcp 192.168.100.1:80: i/o timeout", "does not reach the server")]
    [InlineData("ignition[412]: failed to parse config: config is not valid", "refuses its config")]
    [InlineData("ignition[412]: CRITICAL : Ignition failed: failed to create filesystems", "Ignition has failed")]
    [InlineData("You are in emergency mode. After logging in, type \"journalctl -xb\"", "waits for a person")]
    public void Known_messages_are_explained(string line, string meaning)
    {
        Assert.Contains(meaning, ConsoleFinding.Find(["Welcome to GRUB!", line])?.Meaning, StringComparison.Ordinal);
        Assert.Contains(meaning, Log($"Linux version 6\n{line}\n").Explain(), StringComparison.Ordinal);
        Assert.Contains("its console ends with 'Linux version 6 / ", Log($"Linux version 6\n{line}\n").Explain(), StringComparison.Ordinal);
    }

    [Fact]
    public void Healthy_console_has_no_finding() => Assert.Null(ConsoleFinding.Find(Log(Recorded).Read()));

    [Fact]
    public void Log_that_is_not_there_or_not_a_file_is_an_error_with_a_remedy()
    {
        var log = new GuestLog("etcd-node-1", new XlOptions { LogDirectory = _folder.Path });
        var error = Assert.Throws<ItemNotFoundException>(() => log.Read());
        Assert.Equal("ConsoleLogNotFound", error.ErrorId);
        Assert.Contains("--log=guest", error.Message, StringComparison.Ordinal);
        Assert.Equal("", log.Explain());
        Directory.CreateDirectory(_folder["console"]);
        File.CreateSymbolicLink(_folder["console/guest-etcd-node-1.log"], "/etc/passwd");
        Assert.IsAssignableFrom<XenKubeException>(Record.Exception(() => log.Read()));
        Assert.Throws<InvalidInputException>(() => new GuestLog("../../etc/passwd"));
    }

    [Fact]
    public async Task Following_gives_new_lines_and_survives_a_rotation()
    {
        var log = Log("Linux version 6\none\ntwo\n");
        using var end = new CancellationTokenSource();
        var seen = new List<string>();
        var following = Task.Run(() =>
        {
            foreach (var line in log.Follow(all: false, tail: 1, end.Token))
            {
                lock (seen)
                {
                    seen.Add(line);
                }
            }
        });
        async Task Until(string line)
        {
            for (var i = 0; i < 600; i++)
            {
                lock (seen)
                {
                    if (seen.Contains(line))
                    {
                        return;
                    }
                }
                await Task.Delay(50);
            }
            Assert.Fail($"'{line}' did not come");
        }
        await Until("two");
        await File.AppendAllTextAsync(log.Path, "thr");
        await File.AppendAllTextAsync(log.Path, "ee\n");
        await Until("three");
        await File.WriteAllTextAsync(log.Path, "new\n");
        await Until("new");
        await end.CancelAsync();
        await following;
        Assert.Equal(["two", "three", "new"], seen);
    }
}
