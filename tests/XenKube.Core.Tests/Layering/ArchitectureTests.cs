using System.Text.RegularExpressions;
using XenKube.Tests.Support;

namespace XenKube.Tests.Layering;

/// <summary>The folders use each other as docs/architecture.md draws it, and none uses one that uses it.</summary>
public sealed partial class ArchitectureTests
{
    /// <summary>
    /// Circles that are known and still to be untied, each as the namespaces in it. A circle that has become smaller, or has
    /// gone, has to be made smaller or to go here too.
    /// </summary>
    private static readonly string[] KnownCircles = [];

    [Fact]
    public void Folders_use_what_the_picture_draws_and_nothing_else()
    {
        var compiled = CompiledCode.Uses.Select(use => (From: ArchitecturePage.LayerOf(use.From), To: ArchitecturePage.LayerOf(use.To), Use: use.ToString()!));
        var written = SourceArrows().ToList();
        Assert.True(written.Count > 500, $"{written.Count} lines");
        var used = compiled.Concat(written).Where(arrow => arrow.From != arrow.To).ToLookup(arrow => $"{arrow.From} -> {arrow.To}", arrow => arrow.Use);
        var drawn = ArchitecturePage.Layers.SelectMany(layer => layer.Uses.Select(other => $"{layer.Name} -> {other}")).ToList();
        Assert.NotEmpty(drawn);
        var notDrawn = used.Where(arrow => !drawn.Contains(arrow.Key)).Select(arrow => $"{arrow.Key} is not drawn: {string.Join(", ", arrow.Take(5))}");
        var notUsed = drawn.Where(arrow => !used.Contains(arrow)).Select(arrow => $"{arrow} is drawn, and nothing uses it");
        Assert.Empty(notDrawn.Concat(notUsed));
    }

    [GeneratedRegex(@"^\s*(?:global )?using (?:static )?(?:\w+ = )?XenKube\.(\w+)")]
    private static partial Regex UsingLine();

    [Fact]
    public void Arrows_of_the_picture_go_down()
    {
        var order = ArchitecturePage.Layers.Select(layer => layer.Name).ToList();
        Assert.Equal(order.Distinct(), order);
        Assert.Empty(ArchitecturePage.Layers.SelectMany(layer => layer.Uses
            .Where(other => order.IndexOf(other) <= order.IndexOf(layer.Name)).Select(other => $"{layer.Name} -> {other} goes up, or nowhere")));
    }

    [Fact]
    public void Namespaces_use_each_other_in_one_direction()
    {
        var arrows = CompiledCode.Uses.Where(use => use.From.Assembly == use.To.Assembly)
            .Select(use => (From: (use.From.Assembly, use.From.Namespace), To: (use.To.Assembly, use.To.Namespace))).Distinct().ToList();
        Assert.Equal(KnownCircles, Circles(arrows).Select(circle => string.Join(", ", circle.Select(one => one.Namespace))));
    }

    [Fact]
    public void Page_is_one_page_and_the_files_that_it_names_are_there()
    {
        var page = File.ReadAllText(Path.Combine(Project.Root, "docs", "architecture.md"));
        var folder = "";
        var missing = new List<string>();
        foreach (var name in NamedFile().Matches(page).Select(match => match.Groups[1].Value))
        {
            // A name alone is in the folder of the one before it.
            var path = Path.Combine(Project.Root, name.EndsWith(".cs", StringComparison.Ordinal) && !name.Contains('/', StringComparison.Ordinal) ? Path.Combine(folder, name) : name);
            missing.AddRange(File.Exists(path) || Directory.Exists(path) ? [] : [path]);
            folder = Path.GetDirectoryName(path)!;
        }
        Assert.Empty(missing);
        Assert.InRange(page.Split('\n').Length, 1, 75);
    }

    [GeneratedRegex(@"`((?:src|tests|docs)/[^`]+|[A-Za-z]+\.cs|formats|XenKube\.psd1)`")]
    private static partial Regex NamedFile();

    [Fact]
    public void A_circle_is_found_wherever_it_begins()
    {
        Assert.Equal([["a", "b", "c"]], Circles([("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("d", "e"), ("x", "a")]));
        Assert.Empty(Circles([("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")]));
    }

    // Constants leave no trace in the compiled code, but in the lines that name their namespace.
    private static IEnumerable<(string From, string To, string Use)> SourceArrows()
    {
        var layers = ArchitecturePage.Layers.Select(layer => layer.Name).ToHashSet();
        return
            from project in new[] { "XenKube.Core", "XenKube", "XenKube.Cli", "XenKube.Boot" }
            let folder = Path.Combine(Project.Root, "src", project)
            from file in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            let path = Path.GetRelativePath(folder, file)
            where !path.StartsWith("obj/", StringComparison.Ordinal) && !path.StartsWith("bin/", StringComparison.Ordinal)
            from line in File.ReadLines(file)
            let name = UsingLine().Match(line).Groups[1].Value
            where layers.Contains(name)
            let owner = project switch
            {
                "XenKube.Core" => path.Contains('/', StringComparison.Ordinal) ? path.Split('/')[0] : "Core",
                "XenKube" => "Module",
                "XenKube.Cli" => "Command line",
                _ => "Boot loader",
            }
            select (owner, name, path);
    }

    /// <summary>The sets of nodes that can be reached from each other, in order.</summary>
    private static IEnumerable<IReadOnlyList<T>> Circles<T>(IReadOnlyCollection<(T From, T To)> arrows)
        where T : notnull
    {
        var next = arrows.ToLookup(arrow => arrow.From, arrow => arrow.To);
        var reached = arrows.SelectMany(arrow => new[] { arrow.From, arrow.To }).Distinct().ToDictionary(node => node, node => Reach(node, next));
        return reached.Keys.Order()
            .Select(node => (Node: node, Circle: reached[node].Where(other => reached[other].Contains(node)).Order().ToList()))
            .Where(found => found.Circle.Count > 1 && found.Circle[0].Equals(found.Node)).Select(found => found.Circle);
    }

    private static HashSet<T> Reach<T>(T start, ILookup<T, T> next)
    {
        var seen = new HashSet<T>();
        var open = new Stack<T>([start]);
        while (open.TryPop(out var node))
        {
            foreach (var other in next[node].Where(seen.Add))
            {
                open.Push(other);
            }
        }
        return seen;
    }
}
