using XenKube.Files;

namespace XenKube.Hosting.Time;

/// <summary>The language of a time service's configuration: its lines, what they include, and what they mean for a network.</summary>
internal abstract class TimeLanguage
{
    /// <summary>The words of a line; none for a comment or an empty one.</summary>
    /// <param name="line">The line.</param>
    public abstract string[] Words(string line);

    /// <summary>The files that a line includes, in the order in which they are read.</summary>
    /// <param name="words">The line's words.</param>
    /// <param name="from">The file that has the line.</param>
    /// <param name="tree">The host's files.</param>
    public abstract IEnumerable<string> Included(string[] words, string from, HostTree tree);

    /// <summary>Says what the lines mean for a network.</summary>
    /// <param name="lines">All lines, in the order in which they are read.</param>
    /// <param name="network">The network.</param>
    public abstract TimeAnswer Answer(IReadOnlyList<TimeDirective> lines, ServedNetwork network);

    /// <summary>The files of a folder that services read as configuration.</summary>
    protected static IEnumerable<string> Folder(string path, HostTree tree) =>
        tree.Names(path).Where(name => name.EndsWith(".conf", StringComparison.Ordinal)).Select(name => Path.Combine(path, name));
}
