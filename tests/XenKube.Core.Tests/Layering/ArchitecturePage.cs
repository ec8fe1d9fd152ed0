using XenKube.Tests.Support;

namespace XenKube.Tests.Layering;

/// <summary>The picture in docs/architecture.md: a table of folders from the top to the bottom, with what each of them uses.</summary>
internal static class ArchitecturePage
{
    /// <summary>One row of the picture.</summary>
    internal sealed record Layer(string Name, IReadOnlyList<string> Uses);

    /// <summary>The rows, from the top to the bottom.</summary>
    public static IReadOnlyList<Layer> Layers { get; } =
    [
        .. File.ReadLines(Path.Combine(Project.Root, "docs", "architecture.md"))
            .SkipWhile(line => !line.StartsWith("| folder |", StringComparison.Ordinal)).Skip(2)
            .TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries))
            .Select(cells => new Layer(cells[0].Trim('`'), cells[2].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))),
    ];

    /// <summary>The row a namespace belongs to: the folder of Core, or the assembly where that is not Core.</summary>
    public static string LayerOf(CompiledCode.TypeName type) => type.Assembly switch
    {
        "XenKube.Core" => type.Namespace == "XenKube" ? "Core" : type.Namespace.Split('.')[1],
        "XenKube" => "Module",
        "xenkube" => "Command line",
        "xenkube-boot" => "Boot loader",
        _ => "Parsing",
    };
}
