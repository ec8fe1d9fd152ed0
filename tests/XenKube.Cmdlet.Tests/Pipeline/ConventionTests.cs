using System.Management.Automation;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Xml.Linq;
using XenKube.Tests.Support;

namespace XenKube.Tests.Pipeline;

/// <summary>What people expect of every cmdlet and every view. Cmdlets, parameters and views are found in the module.</summary>
public sealed class ConventionTests : IDisposable
{
    /// <summary>Parameters whose values are new, or are paths, which PowerShell completes itself.</summary>
    private static readonly HashSet<string> Free =
        ["Path", "LiteralPath", "Destination", "NewName", "Key", "Value", "Port", "ToPort", "InputObject", "New-Node -Name", "New-Cluster -Name", "Find-CoreOSImage -Version",
            "Save-CoreOSImage -Version"];

    /// <summary>Columns that show something of several properties, or a part of one, and so have a name of their own.</summary>
    private static readonly HashSet<string> Computed =
        ["Node.Disk", "DiskPartition.CoreOS", "DiskPartition#Exact.CoreOS", "BootPlan.Boots", "BootPlan.Kernel", "SigningKey.State", "SigningSubkey.Revoked",
            "IgnitionConfig.Size", "IgnitionDecompilation.Size", "IgnitionServer.Root", "NodeDiskItem.Size"];

    private readonly CmdletSession _session = new();

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Positional_parameters_are_completed()
    {
        Assert.DoesNotContain(Parameters(), parameter => parameter.Attributes.Any(attribute => attribute.Position >= 0)
            && !Free.Contains(parameter.Property.Name) && !Free.Contains(parameter.ToString()) && !IsCompleted(parameter.Property));
    }

    [Fact]
    public void Parameters_that_take_properties_take_script_blocks()
    {
        // PowerShell runs a block for each object where the parameter's type could not hold the block itself.
        Assert.DoesNotContain(Parameters(), parameter => parameter.Attributes.Any(attribute => attribute.ValueFromPipelineByPropertyName)
            && parameter.Property.PropertyType.IsAssignableFrom(typeof(ScriptBlock)));
    }

    [Fact]
    public void Patterns_are_made_to_ignore_case()
    {
        var lines = Directory.GetFiles(Path.Combine(Project.Root, "src", "XenKube"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal)).SelectMany(File.ReadAllLines)
            .Where(line => line.Contains("new WildcardPattern(", StringComparison.Ordinal) || line.Contains("WildcardPattern.Get(", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.Contains("WildcardOptions.IgnoreCase", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("(Get-Cluster '{0}').Name", "et*", "etcd")]
    [InlineData("(Get-Node '{0}').FullName", "etc?/node-?", "etcd/node-1,etcd/node-2")]
    [InlineData("(Get-Node etc? '{0}').Name", "node-[1]", "node-1")]
    [InlineData("(Get-XenGuest '{0}').Name", "etcd/node-1*", "etcd-node-1")]
    [InlineData("(Get-DhcpReservation '{0}').HostName", "fir*", "first")]
    [InlineData("Get-SigningKey '{0}' | ForEach-Object {{ 'one' }}", "*a*", "one")]
    [InlineData("(Get-DiskPartition etcd/node-1 -Label '{0}').Label", "oem*", "OEM,OEM-CONFIG")]
    [InlineData("(Get-XenKubeSetting '{0}').Name", "memor?", "memory")]
    [InlineData("(Get-FirewallRule '{0}' -LiteralPath rules.v4).Chain", "inp*", "INPUT")]
    [InlineData("(Get-CertificateAuthority '{0}').Cluster", "et*", "etcd")]
    [InlineData("(Get-ClusterCertificate '{0}').Node | Select-Object -Unique", "et*", "etcd/node-1,etcd/node-2")]
    [InlineData("$null = Mount-NodeDisk etcd; Dismount-NodeDisk '{0}'; @(Get-PSDrive -PSProvider NodeDisk).Count", "node-*", "0")]
    public void Patterns_ignore_case_and_take_backticks(string command, string pattern, string expected)
    {
        Make();
        foreach (var typed in new[] { pattern, pattern.ToUpperInvariant(), $"{pattern[..1]}`{pattern[1..]}" })
        {
            var result = _session.Run(string.Format(System.Globalization.CultureInfo.InvariantCulture, command, typed)).ShouldSucceed();
            Assert.Equal((typed, expected), (typed, string.Join(',', result.Lines())));
        }
    }

    [Fact]
    public void Backtick_makes_a_bracket_an_ordinary_character()
    {
        Make();
        Assert.Equal("a[1]", string.Join(',', _session.Run("(Get-FirewallRule 'a`[1`]' -LiteralPath rules.v4).Chain").ShouldSucceed().Lines()));
        Assert.Empty(_session.Run("Get-FirewallRule 'a[1]' -LiteralPath rules.v4").ShouldSucceed().Output);
    }

    [Fact]
    public void Headers_of_columns_are_names_of_properties()
    {
        var wrong = new List<string>();
        foreach (var view in XDocument.Load(Path.Combine(Project.Root, "formats", "XenKube.Format.ps1xml")).Descendants("View"))
        {
            var name = view.Descendants("TypeName").First().Value;
            var type = new[] { typeof(XenKubeException).Assembly, Assembly.Load("XenKube") }.Select(assembly => assembly.GetType(name.Split('#')[0]))
                .OfType<Type>().SingleOrDefault();
            if (type is null || view.Element("TableControl") is not { } table)
            {
                continue;
            }
            _session.Set("o", RuntimeHelpers.GetUninitializedObject(type));
            var properties = _session.Run("$o.PSObject.Properties.Name").Lines().ToHashSet();
            wrong.AddRange(table.Descendants("TableColumnHeader").Select(header => header.Element("Label")?.Value).OfType<string>()
                .Where(label => !properties.Contains(label) && !Computed.Contains($"{name[(name.LastIndexOf('.') + 1)..]}.{label}")).Select(label => $"{name}: {label}"));
        }
        Assert.Empty(wrong);
    }

    private void Make()
    {
        _session.MakeCluster(hasDisks: true, "node-1", "node-2");
        _session.Write("hostsfile", "00:16:3e:4e:31:11,192.168.100.11,first\n00:16:3e:4e:31:12,192.168.100.12,second\n");
        _session.Write("xenkube.json", """{ "reservationsFile": "hostsfile" }""");
        _session.Write("guests/etcd/rules.v4", "*filter\n:INPUT DROP [0:0]\n:a[1] - [0:0]\n-A INPUT -p tcp --dport 22 -j ACCEPT\n-A a[1] -j ACCEPT\nCOMMIT\n");
        _session.Run("$null = New-ClusterCertificate etcd").ShouldSucceed();
    }

    private static bool IsCompleted(PropertyInfo property)
    {
        var type = property.PropertyType.IsArray ? property.PropertyType.GetElementType()! : property.PropertyType;
        return (Nullable.GetUnderlyingType(type) ?? type).IsEnum || property.GetCustomAttributes().Any(attribute => attribute is ArgumentCompleterAttribute
            or ValidateSetAttribute);
    }

    private static IEnumerable<CmdletParameter> Parameters() => MatrixTests.Cmdlets().SelectMany(cmdlet => cmdlet.GetProperties()
        .Select(property => new CmdletParameter(cmdlet, property, [.. property.GetCustomAttributes<ParameterAttribute>()])))
        .Where(parameter => parameter.Attributes.Count > 0);

    private sealed record CmdletParameter(Type Cmdlet, PropertyInfo Property, IReadOnlyList<ParameterAttribute> Attributes)
    {
        public override string ToString() => Cmdlet.GetCustomAttribute<CmdletAttribute>() is { } attribute
            ? $"{attribute.VerbName}-{attribute.NounName} -{Property.Name}" : Property.Name;
    }
}
