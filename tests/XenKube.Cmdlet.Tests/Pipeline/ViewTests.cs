using System.Globalization;
using System.Management.Automation;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using XenKube.Tests.Support;

namespace XenKube.Tests.Pipeline;

/// <summary>
/// The views of every type that a cmdlet returns: at each width, in each culture, in a constrained language, and for an object that came from
/// another host, they show the same. The types are found in the module.
/// </summary>
public sealed partial class ViewTests : IDisposable
{
    private const string Away = "ForEach-Object { [Management.Automation.PSSerializer]::Deserialize("
        + "[Management.Automation.PSSerializer]::Serialize($_)) }";

    /// <summary>A script that makes objects of a type. Of a type that is not here, an object without any value is shown.</summary>
    private static readonly Dictionary<string, string> Makers = new()
    {
        ["XenKube.Clusters.Cluster"] = "Get-Cluster",
        ["XenKube.Clusters.Node"] = "Get-Node etcd",
        ["XenKube.Disks.DiskPartition"] = "Get-DiskPartition etcd/node-1",
        ["XenKube.Clusters.OemGrubConfig"] = "Set-OemGrubConfig etcd/node-1 -PassThru",
        ["XenKube.Images.Signatures.SigningKey"] = "Get-SigningKey",
        ["XenKube.Images.Signatures.KnownKey"] = "Get-SigningKey -Known",
        ["XenKube.Images.CoreOSImage"] = "Get-CoreOSImage",
        ["XenKube.Images.Signatures.ImageSignature"] = "Test-ImageSignature 1520.9.0 -Detailed",
        ["XenKube.Guests.XenGuest"] = "Get-XenGuest etcd",
        ["XenKube.Ignition.IgnitionConfig"] = "ConvertTo-Ignition node-1.ct",
        ["XenKube.Ignition.Validation.IgnitionValidation"] = "'{\"ignition\":{\"version\":\"2.1.0\"},\"storage\":{\"files\":[{\"path\":\"x\"}]}}' | Test-Ignition -Detailed",
        ["XenKube.Ignition.Publishing.PublishedIgnition"] = "Publish-Ignition etcd",
        ["XenKube.Ignition.Comparing.IgnitionChange"] = "Unpublish-Ignition etcd -Force -ErrorAction Ignore; Compare-Ignition etcd/node-1",
        ["XenKube.Ignition.Decompiling.IgnitionDecompilation"] = "ConvertTo-Ignition node-1.ct | ConvertFrom-Ignition",
        ["XenKube.Clusters.IgnitionReset"] = "Reset-Ignition etcd",
        ["XenKube.Hosting.DhcpReservation"] = "Get-DhcpReservation",
        ["XenKube.CheckResult"] = "Test-Node etcd/node-1",
        ["XenKube.Clusters.XenSetting"] = "Get-XenKubeSetting",
        ["XenKube.Booting.BootPlan"] = "Get-NodeBootPlan etcd/node-1",
        ["XenKube.Hosting.IgnitionRequest"] = "Get-IgnitionRequest -LogPath access.log",
    };

    /// <summary>The properties of a record whose values are others after the way through JSON.</summary>
    private const string ComesBack = """
        $first = $made[0]
        $back = $first | ConvertTo-Json -Depth 6 -WarningAction Ignore | ConvertFrom-Json -DateKind String
        foreach ($property in $first.PSObject.Properties) {
            # An object without any value may have properties that are not to be had.
            try { $value = $property.Value } catch { continue }
            if ($null -eq $value -or $value -is [Collections.IEnumerable] -and $value -isnot [string]) { continue }
            $type = $value.GetType()
            if (-not ($type.IsPrimitive -or $type.IsEnum -or $value -is [string] -or $value -is [uri] -or $value -is [datetime] -or $value -is [datetimeoffset] -or
                    $value -is [timespan] -or $value -is [ipaddress] -or $value -is [guid])) { continue }
            $read = $back.$($property.Name)
            $same = switch ($value) {
                { $_ -is [timespan] } { $read.Ticks -eq $value.Ticks; break }
                { $_ -is [ipaddress] } { [ipaddress]::new([long] $read.Address).Equals($value); break }
                { $_ -is [datetime] } { ([datetimeoffset] $read).UtcDateTime -eq $value.ToUniversalTime(); break }
                default { [Management.Automation.LanguagePrimitives]::Equals([Management.Automation.LanguagePrimitives]::ConvertTo($read, $type), $value) }
            }
            if (-not $same) { "$($property.Name): $value came back as $read" }
        }
        """;

    private readonly CmdletSession _session = new();

    public void Dispose() => _session.Dispose();

    public static TheoryData<string> Types() => [.. MatrixTests.Cmdlets()
        .SelectMany(type => type.GetCustomAttributes<OutputTypeAttribute>()).SelectMany(attribute => attribute.Type)
        .Select(type => type.Name).Where(name => name.StartsWith("XenKube.", StringComparison.Ordinal)
            && !name.Contains(".Drives.", StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Types))]
    public void Views_show_the_same_wherever_they_are_shown(string name)
    {
        Make(name);
        // Every view at every width, in one run: a session takes longer to begin than to show.
        int[] widths = [80, 120, 200];
        const string show = "foreach ($width in 80, 120, 200) { $made | Format-Table | Out-String -Width $width; $made | Format-List | Out-String -Width $width }";
        var shown = _session.Run(show).Lines();
        Assert.Equal(widths.Length * 2, shown.Count);
        foreach (var (text, width) in shown.Zip(widths.SelectMany(width => new[] { width, width })))
        {
            Assert.NotEqual("", text.Trim());
            Assert.DoesNotContain('\e', text);
            Assert.All(text.Split('\n'), line => Assert.True(line.TrimEnd().Length <= width, line));
        }
        Assert.Equal(shown, _session.Run($"[cultureinfo]::CurrentCulture = $foreign; {show}").Lines());
        Assert.Equal(shown, _session.RunConstrained(show).Lines());
        Assert.Equal(shown, _session.Run($"$made = $away; {show}").Lines());
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Record_is_clean(string name)
    {
        Make(name);
        var members = _session.Run("$made | Get-Member | ForEach-Object Name").Lines();
        Assert.DoesNotContain("ForViews", members);
        // PowerShell sees nothing that C# gives records for itself, and a record does not change.
        Assert.DoesNotContain(members, member => member.StartsWith('<') || member == "Deconstruct");
        Assert.Empty(_session.Run("$made | Get-Member | Where-Object Definition -Match '\\bset;' | ForEach-Object Name").Lines());
        // JSON holds what the record holds: a value that is not empty is not an empty object there.
        var json = _session.Run("$made | Select-Object -First 1 | ConvertTo-Json -Depth 4 -WarningAction Ignore").Lines();
        Assert.DoesNotContain(json.SelectMany(text => text.Split('\n')), line => line.TrimEnd(',', '\r').EndsWith(": {}", StringComparison.Ordinal));
        Assert.Empty(_session.Run(ComesBack).Lines());
    }

    [Fact]
    public void Views_call_functions_that_there_are()
    {
        // PowerShell shows nothing in the place of a call that fails.
        var formats = Path.Combine(Project.Root, "formats");
        var called = Call().Matches(File.ReadAllText(Path.Combine(formats, "XenKube.Format.ps1xml"))).Select(match => match.Groups[1].Value).ToHashSet();
        Assert.NotEmpty(called);
        var types = XDocument.Load(Path.Combine(formats, "XenKube.Types.ps1xml")).Descendants("Type");
        foreach (var name in new[] { "XenKube.Views", "Deserialized.XenKube.Views" })
        {
            var functions = types.Single(type => type.Element("Name")?.Value == name).Descendants("CodeMethod").Select(method => method.Element("Name")!.Value);
            Assert.Empty(called.Except(functions));
        }
    }

    [GeneratedRegex(@"\bShown\.(\w+)\(")]
    private static partial Regex Call();

    // Of a culture in which everything is otherwise; the real ones are tried in pwsh, which always has their data.
    private static CultureInfo Foreign()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        culture.NumberFormat.NegativeSign = "~";
        culture.NumberFormat.NumberGroupSeparator = "'";
        culture.DateTimeFormat.DateSeparator = "#";
        culture.DateTimeFormat.TimeSeparator = "#";
        culture.DateTimeFormat.ShortDatePattern = "dd#MM#yy";
        culture.DateTimeFormat.LongTimePattern = "ss#mm#HH";
        return culture;
    }

    [Fact]
    public void Reservation_comes_back_from_JSON()
    {
        Make("XenKube.Hosting.DhcpReservation");
        Assert.Equal("00:16:3e:4e:31:11,192.168.100.11,first", _session.Run("$made | ConvertTo-Json | ConvertFrom-Json | "
            + "New-DhcpReservation -Path ./copied | Select-Object -First 1").Lines()[0]);
    }

    private void Make(string name)
    {
        _session.Set("foreign", Foreign());
        _session.MakeCluster(hasDisks: true, "node-1", "node-2");
        _session.Write("hostsfile", "00:16:3e:4e:31:11,192.168.100.11,first\n00:16:3e:4e:31:12,192.168.100.12\n");
        _session.Write("xenkube.json", """{ "reservationsFile": "hostsfile" }""");
        _session.Write("guests/etcd/access.log",
            "192.168.100.11 - - [30/Nov/2017:11:44:57 +0100] \"GET /etcd/node-1.json HTTP/1.1\" 200 333 \"-\" \"curl/7\"\n");
        if (Makers.TryGetValue(name, out var script))
        {
            Assert.NotEmpty(_session.Run($"$made = @({script}); $made").ShouldSucceed().Output);
        }
        else
        {
            var type = MatrixTests.Cmdlets().Select(cmdlet => cmdlet.Assembly).Append(typeof(XenKubeException).Assembly).Distinct()
                .Select(assembly => assembly.GetType(name)).OfType<Type>().Single();
            _session.Set("made", new[] { RuntimeHelpers.GetUninitializedObject(type) });
        }
        _session.Run($"$away = @($made | {Away})").ShouldSucceed();
    }
}
