using System.Text.Json.Nodes;
using System.Xml.Linq;
using XenKube.Tests.Support;

namespace XenKube.Tests.Conventions;

/// <summary>docs/dependencies.md says what Directory.Packages.props, the tool manifests and the projects say.</summary>
public sealed class DependencyTests
{
    private sealed record Dependency(string Name, string Version, string UsedBy, string Purpose);

    [Fact]
    public void Packages_and_versions_are_those_of_the_props_and_the_tool_manifests()
    {
        var packages = XDocument.Load(Path.Combine(Project.Root, "Directory.Packages.props")).Descendants("PackageVersion")
            .Select(package => $"{package.Attribute("Include")!.Value} {package.Attribute("Version")!.Value}");
        string[] manifests = [Path.Combine(Project.Root, ".config", "dotnet-tools.json"), Project.Tests("mutation", "dotnet-tools.json")];
        var tools = manifests.Select(path => JsonNode.Parse(File.ReadAllText(path))!["tools"]!.AsObject())
            .SelectMany(all => all.Select(tool => $"{tool.Key} {tool.Value!["version"]}"));
        var listed = Listed().Select(each => $"{each.Name} {each.Version}");
        Assert.Equal(
            packages.Concat(tools).Order(StringComparer.OrdinalIgnoreCase), listed.Order(StringComparer.OrdinalIgnoreCase), StringComparer.OrdinalIgnoreCase);
    }

    [Fact]
    public void Projects_are_those_that_reference_the_package()
    {
        var references = ProjectFiles(".csproj", ".props")
            .SelectMany(path => XDocument.Load(path).Descendants("PackageReference")
                .Select(reference => (Package: reference.Attribute("Include")!.Value, Project: ProjectOf(path))))
            .GroupBy(each => each.Package, each => each.Project)
            .Select(group => Describe(group.Key, group));
        var listed = Listed().Where(each => each.UsedBy != "tool").Select(each => Describe(each.Name, each.UsedBy.Split(", ")));
        Assert.Equal(references.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Each_dependency_has_its_reason() => Assert.All(Listed(), each => Assert.NotEqual("", each.Purpose));

    // No project may turn the audit off, or take a package by a version of its own.
    [Fact]
    public void Restore_audits_every_package_of_every_project()
    {
        var props = XDocument.Load(Path.Combine(Project.Root, "Directory.Build.props"));
        Assert.Equal(("true", "all", "low"), (Value("NuGetAudit"), Value("NuGetAuditMode"), Value("NuGetAuditLevel")));
        Assert.Equal("true", Value("TreatWarningsAsErrors"));
        Assert.NotEmpty(XDocument.Load(Path.Combine(Project.Root, "nuget.config")).Descendants("auditSources").Elements("add"));
        foreach (var project in ProjectFiles(".csproj", ".props", ".targets").Select(path => XDocument.Load(path)))
        {
            Assert.DoesNotContain(
                project.Descendants(),
                element => element.Name.LocalName is "NuGetAudit" or "NuGetAuditMode" or "NuGetAuditLevel" or "NuGetAuditSuppress");
            Assert.DoesNotContain(project.Descendants(), element => element.Attribute("VersionOverride") is not null);
        }

        string Value(string name) => props.Descendants(name).Single().Value;
    }

    // A Directory.Build.props speaks for every project below its folder.
    private static string ProjectOf(string path) =>
        path.EndsWith(".csproj", StringComparison.Ordinal) ? Path.GetFileNameWithoutExtension(path) : $"all of {Path.GetFileName(Path.GetDirectoryName(path))}";

    private static string Describe(string package, IEnumerable<string> projects) =>
        $"{package}: {string.Join(", ", projects.Distinct().Order(StringComparer.Ordinal))}";

    // Those that somebody wrote; the restore writes others into obj.
    private static IEnumerable<string> ProjectFiles(params string[] extensions) =>
        new[] { "src", "build", "tests" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Project.Root, folder), "*", SearchOption.AllDirectories))
            .Where(path => extensions.Contains(Path.GetExtension(path)) && !path.Contains("/obj/", StringComparison.Ordinal));

    private static Dependency[] Listed()
    {
        var rows = File.ReadLines(Path.Combine(Project.Root, "docs", "dependencies.md"))
            .SkipWhile(line => !line.StartsWith("|---", StringComparison.Ordinal)).Skip(1).TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries)).ToArray();
        Assert.NotEmpty(rows);
        return [.. rows.Select(cells => new Dependency(cells[0], cells[1], cells[2], cells[3]))];
    }
}
