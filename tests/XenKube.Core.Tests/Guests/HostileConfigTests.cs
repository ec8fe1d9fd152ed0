using XenKube.Clusters;
using XenKube.Guests;
using XenKube.Hosting;
using XenKube.Networks;
using XenKube.Tests.Hosting;
using XenKube.Tests.Support;

namespace XenKube.Tests.Guests;

/// <summary>
/// Files that were changed at random, from the same seeds each time: read, or refused with an error of ours; what is read is
/// written back as it was; an edit changes nothing else. XENKUBE_LONG=1 takes many more of them.
/// </summary>
[Trait("Kind", "Fuzz")]
public class HostileConfigTests
{
    private const string Config = "bootloader = \"pygrub\"\nname = \"etcd-node-1\" # a comment\nmemory = \"1024\"\nvcpus = 1;maxvcpus=0x2\nvif = [ 'mac=00:16:3e:4e:31:11,model=rtl8139,bridge=virbr1', ]\ndisk = [\n  '/storage/xen/guests/etcd/node-1.img,raw,xvda',\n  [ 'x', 2 ],\n]\nextra += \"a\\\"b\"\n";

    private static readonly string[] Tokens = ["\"", "'", "[", "]", ",", "=", "+=", ";", "#", "\n", "\\", "\\x", "\\0", "\0", "\r\n", "name", "0x", "99999999999999999999", "-1", "\"\"\"", "[[[[", "\u00ff", "*filter", "COMMIT", "-A INPUT", "!", "--dports", ",,,", ":", "65536", "1:2:3"];

    private static int Rounds => LongRun.Count(1000, 200_000);

    private static IEnumerable<string> Mutations(string text, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < Rounds; i++)
        {
            var mutated = new System.Text.StringBuilder(text);
            for (var edits = random.Next(1, 5); edits > 0; edits--)
            {
                var at = random.Next(mutated.Length + 1);
                switch (random.Next(5))
                {
                    case 0 when at < mutated.Length:
                        mutated[at] = (char)(mutated[at] ^ (1 << random.Next(8)));
                        break;
                    case 1:
                        mutated.Remove(at, Math.Min(random.Next(20), mutated.Length - at));
                        break;
                    case 2:
                        mutated.Length = at;
                        break;
                    case 3:
                        mutated.Insert(at, text.AsSpan(random.Next(text.Length / 2), random.Next(text.Length / 2)));
                        break;
                    default:
                        mutated.Insert(at, Tokens[random.Next(Tokens.Length)]);
                        break;
                }
            }
            // The files are bytes.
            yield return string.Concat(mutated.ToString().Select(c => (char)(c & 0xff)));
        }
    }

    [Fact]
    public void Guest_configuration()
    {
        var (good, bad) = (0, 0);
        foreach (var text in Mutations(Config, 11))
        {
            var bytes = System.Text.Encoding.Latin1.GetBytes(text);
            XenGuestConfig config;
            try
            {
                config = XenGuestConfig.Parse(bytes);
            }
            catch (InvalidInputException e)
            {
                Assert.StartsWith("line ", e.Place, StringComparison.Ordinal);
                bad++;
                continue;
            }
            good++;
            Assert.Equal(bytes, config.ToBytes());
            try
            {
                _ = config.Vifs;
                _ = config.Disks;
                _ = (config.Name, config.Memory, config.VCpus, config.Type, config.Kernel);
                GuestPreflight.Check(config);
            }
            catch (XenKubeException)
            {
                // What xl would swallow is refused with a reason.
            }
            // One key is changed, and every other says what it said.
            var others = config.Settings.Select(setting => setting.Name).Where(name => name != "memory").Distinct().ToList();
            XenGuestConfig edited;
            try
            {
                edited = config.With("memory", XenConfigValue.OfNumber(2048));
            }
            catch (InvalidInputException e)
            {
                Assert.Fail($"{e.Message}: {text}");
                return;
            }
            Assert.Equal(2048, edited.Memory);
            foreach (var name in others)
            {
                Assert.Equal(Said(config, name), Said(edited, name));
            }
        }
        Assert.True(good > Rounds / 20 && bad > Rounds / 20, $"{good} read, {bad} refused");
    }

    private static string Said(XenGuestConfig config, string name)
    {
        try
        {
            return config.Get(name)!.ToString();
        }
        catch (InvalidInputException e)
        {
            return e.Reason;
        }
    }

    [Fact]
    public void Firewall_rules()
    {
        var (good, bad) = (0, 0);
        foreach (var text in Mutations(FirewallRulesTests.Guide, 12))
        {
            try
            {
                var rules = FirewallRules.Parse(text);
                Assert.Equal(text, rules.ToString());
                good++;
                foreach (var port in FirewallPort.Guide())
                {
                    try
                    {
                        var edited = rules.WithPort(port);
                        Assert.True(edited.IsOpen(port));
                        Assert.Equal(edited.ToString(), edited.WithPort(port).ToString());
                        // At most one line is another, or one is new, and one for the answer.
                        Assert.InRange(edited.ToString().Split('\n').Except(text.Split('\n')).Count(), 0, 2);
                    }
                    catch (XenKubeException e) when (e.ErrorId is "FirewallPortBlocked" or "FirewallRulesUnclear")
                    {
                        // A rule that is broken now decides.
                    }
                }
            }
            catch (InvalidInputException)
            {
                bad++;
            }
        }
        Assert.True(good > Rounds / 20 && bad > Rounds / 20, $"{good} read, {bad} refused");
    }

    [Fact]
    public void Reservations_and_time_servers_and_releases()
    {
        var found = 0;
        foreach (var text in Mutations("# by hand\n00:16:3e:4e:31:11,192.168.100.11,etcd-node-1\nid:01:02,ignore\n00:16:3e:4e:31:12,set:x,192.168.100.12,infinite\n", 13))
        {
            var file = DhcpReservations.Parse(text);
            Assert.Equal(text, file.ToString());
            found += file.Items.Count;
            try
            {
                var more = file.With([new DhcpReservation(MacAddress.Parse("52:54:00:00:00:01"), System.Net.IPAddress.Parse("10.0.0.1"))]);
                Assert.StartsWith(text, more.ToString(), StringComparison.Ordinal);
                Assert.Equal(file.Items.Count + 1, more.Items.Count);
                Assert.Equal(file.Items.Count, more.Without(item => item.IPAddress.ToString() == "10.0.0.1").Items.Count);
            }
            catch (ItemExistsException)
            {
                // Chance gave it away.
            }
            foreach (var kind in Enum.GetValues<TimeServerKind>())
            {
                Assert.True(TimeServer.Parse(text, kind).WithBroadcast(System.Net.IPAddress.Parse("192.168.100.255")).Serves(System.Net.IPAddress.Parse("192.168.100.255")));
            }
            _ = GuestOfImage.Parse(text).Refuses(2, "2.2.0");
            _ = NginxAccessLog.Parse(text);
        }
        Assert.True(found > Rounds / 2);
    }

    [Fact]
    public void Output_of_xl()
    {
        var table = File.ReadAllText(Project.Tests("fixtures", "xl", "list-paused.stdout"));
        var json = File.ReadAllText(Project.Tests("fixtures", "xl", "list-long-one.stdout"));
        foreach (var text in Mutations(table, 14).Take(Rounds / 3).Select(text => (text, json)).Concat(Mutations(json, 15).Take(Rounds / 3).Select(text => (table, text))))
        {
            try
            {
                _ = XlListParser.Parse(text.Item1, text.Item2);
                _ = XenHostInfo.Parse(text.Item1);
            }
            catch (XenKubeException)
            {
                // It says that xl talks nonsense.
            }
        }
    }
}
