using XenKube.Files;

namespace XenKube.Hosting.Time;

/// <summary>Reads the lines of a time service's configuration, those of the files that it includes among them.</summary>
internal sealed class TimeDirectives
{
    private const int DeepestInclusion = 8;

    private readonly HostTree _tree;
    private readonly TimeLanguage _language;
    private readonly List<TimeDirective> _lines = [];

    private TimeDirectives(HostTree tree, TimeLanguage language) => (_tree, _language) = (tree, language);

    /// <summary>Reads a configuration.</summary>
    /// <param name="text">The text of the main file.</param>
    /// <param name="path">The main file.</param>
    /// <param name="language">How the service writes it.</param>
    /// <param name="tree">The host's files, for what is included.</param>
    public static IReadOnlyList<TimeDirective> Read(string text, string path, TimeLanguage language, HostTree tree)
    {
        var reader = new TimeDirectives(tree, language);
        reader.Add(text, path, 0);
        return reader._lines;
    }

    private void Add(string text, string path, int depth)
    {
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (_language.Words(line) is not { Length: > 0 } words)
            {
                continue;
            }
            foreach (var file in _language.Included(words, path, _tree))
            {
                if (depth < DeepestInclusion && TryRead(file) is { } included)
                {
                    Add(included, file, depth + 1);
                }
            }
            _lines.Add(new(words, path, number));
        }
    }

    private string? TryRead(string file)
    {
        try
        {
            return _tree.TryReadConfiguration(file);
        }
        catch (XenKubeException)
        {
            return null;
        }
    }
}
