using System.Text.RegularExpressions;
using XenKube.Help;
using XenKube.Tests.Support;

namespace XenKube.Tests.Cmdlets;

/// <summary>
/// The properties of the cmdlets that can be read without a pwsh, from the metadata of the assembly. Nothing of it is run: the stubs of
/// PowerShellStandard prove nothing at run time.
/// </summary>
public sealed class CmdletMetadataTests : IDisposable
{
    // Get-Verb of pwsh 7.6, those that are used here; another one has to be looked up there first.
    private static readonly string[] ApprovedVerbs =
    [
        "Add", "Backup", "Clear", "Compare", "ConvertFrom", "ConvertTo", "Copy", "Dismount", "Enter", "Expand", "Find", "Get", "Import", "Initialize",
        "Install", "Mount", "New", "Publish", "Remove", "Rename", "Repair", "Reset", "Restart", "Restore", "Resume", "Save", "Set", "Show", "Start", "Stop", "Suspend",
        "Test", "Unpublish", "Update", "Wait",
    ];

    private static readonly string[] ChangingVerbs =
    [
        "Add", "Backup", "Clear", "Copy", "Dismount", "Expand", "Import", "Initialize", "Install", "Mount", "New", "Publish", "Remove", "Rename", "Repair", "Reset",
        "Restart", "Restore", "Resume", "Save", "Set", "Start", "Stop", "Suspend", "Unpublish", "Update",
    ];

    private readonly ModuleMetadata _module = ModuleMetadata.Read(Project.ModuleAssembly);

    [Fact]
    public void Module_has_the_cmdlets_of_the_manifest()
    {
        Assert.Equal(_module.Cmdlets.Select(cmdlet => cmdlet.Name).Order(StringComparer.Ordinal), Listed("CmdletsToExport").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Module_has_the_aliases_of_the_manifest()
    {
        Assert.Equal(_module.Cmdlets.SelectMany(cmdlet => cmdlet.Aliases).Order(StringComparer.Ordinal), Listed("AliasesToExport").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_noun_is_one_of_Xen_or_has_such_an_alias()
    {
        // Get-Cluster, Get-Node and others are in modules of other products too: with both loaded, the alias says which is meant.
        Assert.Empty(_module.Cmdlets.Where(cmdlet => !cmdlet.Noun.StartsWith("Xen", StringComparison.Ordinal)
            && !cmdlet.Aliases.Contains($"{cmdlet.Verb}-Xen{cmdlet.Noun}")).Select(cmdlet => cmdlet.Name));
    }

    [Fact]
    public void Every_cmdlet_has_an_approved_verb_and_a_singular_noun()
    {
        Assert.Empty(_module.Cmdlets.Where(cmdlet => !ApprovedVerbs.Contains(cmdlet.Verb)).Select(cmdlet => cmdlet.Name));
        Assert.Empty(_module.Cmdlets.Where(cmdlet => cmdlet.Noun.EndsWith('s')).Select(cmdlet => cmdlet.Name));
    }

    [Fact]
    public void Every_cmdlet_that_changes_something_supports_ShouldProcess()
    {
        Assert.Empty(_module.Cmdlets.Where(cmdlet => ChangingVerbs.Contains(cmdlet.Verb) && !cmdlet.SupportsShouldProcess).Select(cmdlet => cmdlet.Name));
    }

    [Fact]
    public void Every_cmdlet_that_removes_has_high_impact()
    {
        Assert.Empty(_module.Cmdlets.Where(cmdlet => cmdlet.Verb == "Remove" && cmdlet.ConfirmImpact != "High").Select(cmdlet => cmdlet.Name));
    }

    [Fact]
    public void Every_cmdlet_says_what_it_returns()
    {
        Assert.Empty(_module.Cmdlets.Where(cmdlet => cmdlet.Outputs.Count == 0).Select(cmdlet => cmdlet.Name));
    }

    [Fact]
    public void Every_cmdlet_and_parameter_is_documented()
    {
        Assert.Empty(_module.Cmdlets.Where(cmdlet => cmdlet.Synopsis.Length == 0).Select(cmdlet => cmdlet.Name));
        Assert.Empty(_module.Cmdlets.SelectMany(cmdlet => cmdlet.Parameters.Where(parameter => parameter.Description.Length == 0).Select(parameter => $"{cmdlet.Name} -{parameter.Name}")));
    }

    [Fact]
    public void Every_cmdlet_has_a_page_with_two_examples_and_links_that_lead_somewhere()
    {
        var names = _module.Cmdlets.Select(cmdlet => cmdlet.Name).ToHashSet();
        foreach (var cmdlet in _module.Cmdlets)
        {
            var page = MarkdownPage.Read(Path.Combine(Project.Root, "docs", "help", cmdlet.Name + ".md"));
            Assert.NotEmpty(page.Description);
            Assert.True(page.Examples.Count >= 2, $"{cmdlet.Name} has {page.Examples.Count} examples");
            Assert.All(page.Links, link => Assert.True(
                names.Contains(link) || link.StartsWith("https://", StringComparison.Ordinal) || File.Exists(Path.Combine(Project.Root, "docs", "help", link + ".md")),
                $"{cmdlet.Name} links to {link}"));
        }
    }

    [Fact]
    public void Every_cmdlet_that_takes_paths_takes_literal_ones_by_PSPath()
    {
        foreach (var cmdlet in _module.Cmdlets)
        {
            // These make things that do not exist yet: a wildcard cannot name them.
            foreach (var path in cmdlet.Parameters.Where(parameter => parameter.Name == "Path" && cmdlet.Verb is not ("New" or "Backup")))
            {
                Assert.True(path.SupportsWildcards, $"{cmdlet.Name} -Path takes no wildcards");
                var literal = Assert.Single(cmdlet.Parameters, parameter => parameter.Name == "LiteralPath");
                Assert.Contains("PSPath", literal.Aliases);
                // A cmdlet that takes objects means them, and not the files that some of them are.
                var takesObjects = cmdlet.Parameters.Any(parameter => parameter.Name == "InputObject" && parameter.Sets.Any(set => set.ByValue));
                Assert.Contains(literal.Sets, set => set.ByPropertyName || takesObjects);
                // Where a file has to be named, one of the two has to be given.
                Assert.Equal(path.Sets.Any(set => set.Mandatory), path.Sets.Any(set => set.Mandatory) && literal.Sets.Any(set => set.Mandatory));
            }
        }
    }

    [Fact]
    public void Every_cmdlet_class_is_sealed()
    {
        Assert.Empty(_module.Cmdlets.Where(cmdlet => !cmdlet.Type.IsSealed).Select(cmdlet => cmdlet.Name));
    }

    [Fact]
    public void Error_records_are_made_in_one_place()
    {
        var makers = Directory.EnumerateFiles(Path.Combine(Project.Root, "src", "XenKube"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && File.ReadAllText(path).Contains("new ErrorRecord", StringComparison.Ordinal));
        Assert.Equal(["Errors.cs"], makers.Select(path => Path.GetFileName(path)));
    }

    public void Dispose() => _module.Dispose();

    private static IEnumerable<string> Listed(string name)
    {
        var manifest = File.ReadAllText(Path.Combine(Project.Root, "XenKube.psd1"));
        var list = Regex.Match(manifest, name + @"\s*=\s*@\(([^)]*)\)").Groups[1].Value;
        return Regex.Matches(list, "'([^']+)'").Select(match => match.Groups[1].Value);
    }
}
