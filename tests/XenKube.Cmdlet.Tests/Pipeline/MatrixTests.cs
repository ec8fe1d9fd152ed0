using System.Management.Automation;
using System.Reflection;
using XenKube.Tests.Support;

namespace XenKube.Tests.Pipeline;

/// <summary>
/// Every cmdlet with every kind of input: each pair works, or is refused with an error of our own. The cmdlets, and the types of what they
/// return, are found in the module, so that new ones are tried as well.
/// </summary>
public sealed class MatrixTests : IDisposable
{
    /// <summary>The kinds of input, each with the script that makes it.</summary>
    private static readonly Dictionary<string, string> Inputs = new()
    {
        ["Cluster"] = "Get-Cluster etcd",
        ["Node"] = "Get-Node etcd/node-1",
        ["Guest"] = "Get-XenGuest etcd/node-1",
        ["Image"] = "Get-CoreOSImage",
        ["Key"] = "Get-SigningKey",
        ["KnownKey"] = "Get-SigningKey -Known",
        ["Reservation"] = "Get-DhcpReservation 192.168.100.11",
        ["Partition"] = "Get-DiskPartition etcd/node-1 -Label OEM",
        ["Grub"] = "Get-OemGrubConfig etcd/node-1",
        ["BootPlan"] = "Get-NodeBootPlan etcd/node-1 -Quick",
        ["Check"] = "Test-Node etcd/node-1 | Select-Object -First 1",
        ["Config"] = "ConvertTo-Ignition node-1.ct",
        ["Published"] = "Publish-Ignition etcd/node-1",
        ["ConfigFile"] = "Get-Item node-1.ct",
        ["JsonFile"] = "Get-Item ../../nginx/etcd/node-1.json",
        ["ImageFile"] = "Get-Item node-1.img",
        ["GuestFile"] = "Get-Item node-1.cfg",
        ["Directory"] = "Get-Item /etc",
        ["ClusterDirectory"] = "Get-Item .",
        ["Name"] = "'etcd/node-1'",
        ["ClusterName"] = "'etcd'",
        ["DomainName"] = "'etcd-node-1'",
        ["Nonsense"] = "'[', '*[', '../../x', 'no such thing', ''",
        ["Number"] = "42",
        ["Moment"] = "Get-Date",
        ["Table"] = "@{ Name = 'etcd' }",
        ["Line"] = "[pscustomobject]@{ Nothing = 1 }",
        ["Drive"] = "Mount-NodeDisk etcd/node-1 -DriveName disk",
        ["DriveItem"] = "$null = Mount-NodeDisk etcd/node-1 -DriveName disk; Get-Item disk:/ROOT/etc",
    };

    /// <summary>The other arguments that a cmdlet needs.</summary>
    private static readonly Dictionary<string, string> Arguments = new()
    {
        ["Add-FirewallForward"] = "8011 192.168.100.11",
        ["Add-FirewallPort"] = "80",
        ["Backup-EtcdCluster"] = "-Path ./etcd.db",
        ["Copy-Node"] = "-NewName node-9",
        ["Copy-NodeDiskItem"] = "-Destination ./copy",
        ["Get-CoreOSImage"] = "-Offline",
        ["Get-EtcdKey"] = "-Key /message",
        ["Get-EtcdMember"] = "-Timeout 1",
        ["New-Node"] = "etcd node-9",
        ["New-KubeConfig"] = "-Path ./kubeconfig",
        ["Remove-FirewallForward"] = "8011",
        ["Rename-Node"] = "-NewName node-9",
        ["Restore-EtcdCluster"] = "-Path ./etcd.db",
        ["Save-CoreOSImage"] = "-BaseUri ./mirror",
        ["Set-EtcdKey"] = "-Key /message -Value Hello",
        ["Test-EtcdCluster"] = "-Timeout 1",
        ["Test-IgnitionEndpoint"] = "-Uri http://127.0.0.1:1/ -Timeout 1",
        ["Wait-EtcdCluster"] = "-Timeout 1",
        ["Wait-Ignition"] = "-Timeout 1",
        ["Wait-XenGuest"] = "-Timeout 1",
    };

    private readonly CmdletSession _session = new();

    public void Dispose() => _session.Dispose();

    public static TheoryData<string> PipelineCmdlets() => [.. Cmdlets().Where(type => Parameters(type).Any(parameter => parameter.ValueFromPipeline
        || parameter.ValueFromPipelineByPropertyName)).Select(NameOf)];

    [Theory]
    [MemberData(nameof(PipelineCmdlets))]
    public void Each_kind_of_input_works_or_is_refused_with_a_sentence(string cmdlet)
    {
        _session.MakeCluster(hasDisks: true, "node-1", "node-2");
        _session.Write("hostsfile", "00:16:3e:4e:31:11,192.168.100.11\n00:16:3e:4e:31:12,192.168.100.12\n");
        _session.Write("xenkube.json", """{ "reservationsFile": "hostsfile" }""");
        _session.Run("Publish-Ignition etcd").ShouldSucceed();
        var type = Cmdlets().Single(type => NameOf(type) == cmdlet);
        var whatIf = type.GetCustomAttribute<CmdletAttribute>()!.SupportsShouldProcess ? " -WhatIf" : "";
        var command = $"{cmdlet} {Arguments.GetValueOrDefault(cmdlet)}{whatIf}";
        var takesObjects = Parameters(type).Any(parameter => parameter.ValueFromPipeline);
        var wrong = new List<string>();
        foreach (var (kind, input) in Inputs)
        {
            var made = _session.Run($"$made = @({input})");
            Assert.Empty(made.Errors.Select(error => $"{input}: {error}"));
            wrong.AddRange(_session.Run($"$made | {command}").Errors.Where(error => !IsOurs(error, takesObjects)).Select(error =>
                $"{kind}: {error.FullyQualifiedErrorId}: {error}"));
            _session.Run("Dismount-NodeDisk *");
        }
        // A record of any type that came from elsewhere, and has lost all of its properties on the way.
        _session.Run($"$made = {string.Join(", ", OutputTypes().Select(name => $"'Deserialized.{name}'"))} | ForEach-Object {{ "
            + "$o = [pscustomobject]@{ Lost = 1 }; $o.PSObject.TypeNames.Insert(0, $_); $o }").ShouldSucceed();
        wrong.AddRange(_session.Run($"$made | {command}").Errors.Where(error => !IsOurs(error, takesObjects)).Select(error =>
            $"{error.TargetObject}: {error.FullyQualifiedErrorId}: {error}"));
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Distinct()));
    }

    [Theory]
    [InlineData("Test-Node etcd | Where-Object Status -eq Fail | Reset-Ignition | ForEach-Object { $_.Node.FullName } | Sort-Object -Unique", "etcd/node-1,etcd/node-2")]
    [InlineData("Get-Item *.ct | Publish-Ignition | Split-Path -Leaf", "node-1.json,node-2.json")]
    [InlineData("Get-Node | Get-DhcpReservation | ForEach-Object HostName", "first,second")]
    [InlineData("Get-DhcpReservation | Get-DhcpReservation | ForEach-Object HostName", "first,second")]
    [InlineData("Get-DhcpReservation | Get-Node | ForEach-Object FullName", "etcd/node-1,etcd/node-2")]
    [InlineData("Get-Cluster | Get-DiskPartition -Label OEM | ForEach-Object Label", "OEM,OEM")]
    [InlineData("Get-Item node-1.img | Get-Node | ForEach-Object FullName", "etcd/node-1")]
    [InlineData("Get-Item node-1.img | Test-Node | ForEach-Object Target | Sort-Object -Unique", "etcd/node-1")]
    [InlineData("Get-Item node-1.img | Reset-Ignition | ForEach-Object { $_.Node.FullName }", "etcd/node-1")]
    [InlineData("Test-Node ./node-1.img | ForEach-Object Target | Sort-Object -Unique", "etcd/node-1")]
    [InlineData("Get-Node etcd/node-2 | Get-OemGrubConfig | Get-Node | ForEach-Object FullName", "etcd/node-2")]
    [InlineData("Publish-Ignition etcd | Get-Node | ForEach-Object FullName", "etcd/node-1,etcd/node-2")]
    [InlineData("Get-DiskPartition etcd node-1 node-2 -Label OEM | ForEach-Object Label", "OEM,OEM")]
    [InlineData("Get-OemGrubConfig etcd node-1 node-2 | Get-Node | ForEach-Object FullName", "etcd/node-1,etcd/node-2")]
    [InlineData("Publish-Ignition etcd node-1 node-2 | Split-Path -Leaf", "node-1.json,node-2.json")]
    [InlineData("Mount-NodeDisk etcd node-1 node-2 | ForEach-Object Name", "node-1,node-2")]
    [InlineData("Get-Node | Mount-NodeDisk -DriveName { $_.GuestName } | ForEach-Object Name", "etcd-node-1,etcd-node-2")]
    [InlineData("ConvertTo-Ignition *.ct | Compare-Ignition | ForEach-Object Change | Sort-Object -Unique", "Added")]
    [InlineData("Get-XenGuest etcd | Set-XenGuest -Memory 2GB -PassThru | ForEach-Object Name", "etcd-node-1,etcd-node-2")]
    [InlineData("Set-XenGuest etcd-node-1 -Memory 2GB -PassThru | ForEach-Object Name", "etcd-node-1")]
    [InlineData("'etcd-node-1', 'etcd-node-2' | Set-XenGuest -Memory 2GB -PassThru | ForEach-Object Name", "etcd-node-1,etcd-node-2")]
    [InlineData("Get-SigningKey -Known | Where-Object Name -eq Flatcar | Import-SigningKey | Remove-SigningKey -Force", "")]
    public void Pipeline_that_people_write_works(string script, string expected)
    {
        _session.MakeCluster(hasDisks: true, "node-1", "node-2");
        _session.Write("hostsfile", "00:16:3e:4e:31:11,192.168.100.11,first\n00:16:3e:4e:31:12,192.168.100.12,second\n");
        _session.Write("xenkube.json", """{ "reservationsFile": "hostsfile" }""");
        Assert.Equal(expected, string.Join(',', _session.Run(script).Lines()));
    }

    internal static IEnumerable<Type> Cmdlets() => Assembly.Load("XenKube").GetExportedTypes()
        .Where(type => type.GetCustomAttribute<CmdletAttribute>() is not null);

    private static IEnumerable<string> OutputTypes() => Cmdlets().SelectMany(type => type.GetCustomAttributes<OutputTypeAttribute>())
        .SelectMany(attribute => attribute.Type).Select(type => type.Name).Where(name => name.StartsWith("XenKube.", StringComparison.Ordinal))
        .Distinct();

    private static IEnumerable<ParameterAttribute> Parameters(Type type) => type.GetProperties()
        .SelectMany(property => property.GetCustomAttributes<ParameterAttribute>());

    private static string NameOf(Type type) => type.GetCustomAttribute<CmdletAttribute>() is { } attribute
        ? $"{attribute.VerbName}-{attribute.NounName}" : "";

    // An error of the library, or PowerShell's own about a path of a provider.
    private static bool IsOurs(ErrorRecord error, bool takesObjects) => error.Exception is XenKubeException
        || error.FullyQualifiedErrorId.Split(',')[0] is "PathNotFound" or "ParameterArgumentValidationErrorEmptyStringNotAllowed"
            or "ParameterArgumentValidationErrorNullNotAllowed" or "DriveNotFound"
        // A cmdlet that takes files alone binds their path, and PowerShell itself says that something is not a file.
        || (error.FullyQualifiedErrorId.StartsWith("InputObjectNotBound", StringComparison.Ordinal) && !takesObjects);
}
