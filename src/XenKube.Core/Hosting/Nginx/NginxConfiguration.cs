using System.IO.Enumeration;
using System.Text;
using XenKube.Files;

namespace XenKube.Hosting.Nginx;

/// <summary>The directives of nginx's configuration, those of the files that it includes among them: ngx_conf_file.c.</summary>
internal sealed class NginxConfiguration
{
    /// <summary>The main file of Debian's and of nginx.org's packages.</summary>
    public const string MainFile = "/etc/nginx/nginx.conf";

    private const int DeepestInclusion = 16;

    private readonly HostTree _tree;
    private readonly string _folder;
    private readonly List<NginxDirective> _directives = [];

    private NginxConfiguration(HostTree tree, string main) => (_tree, _folder) = (tree, Path.GetDirectoryName(main) ?? "/");

    /// <summary>All directives, in the order in which nginx reads them.</summary>
    public IReadOnlyList<NginxDirective> Directives => _directives;

    /// <summary>Reads a configuration; a file that is missing or cannot be read has no directives.</summary>
    /// <param name="tree">The host's files.</param>
    /// <param name="main">The main file.</param>
    public static NginxConfiguration Read(HostTree tree, string main = MainFile)
    {
        var configuration = new NginxConfiguration(tree, main);
        configuration.Include(main, 0);
        return configuration;
    }

    private void Include(string file, int depth)
    {
        string? text;
        try
        {
            text = depth > DeepestInclusion ? null : _tree.TryReadConfiguration(file);
        }
        catch (XenKubeException)
        {
            return;
        }
        if (text is null)
        {
            return;
        }
        var words = new List<string>();
        foreach (var token in Tokens(text))
        {
            if (token is not ";" and not "{" and not "}")
            {
                // A word in quotes that looks like punctuation has a mark in front, as every other word.
                words.Add(token[1..]);
                continue;
            }
            if (words.Count > 0)
            {
                _directives.Add(new([.. words]));
                if (token == ";" && words is ["include", var pattern, ..])
                {
                    foreach (var included in Matching(Path.Combine(_folder, pattern)))
                    {
                        Include(included, depth + 1);
                    }
                }
            }
            words.Clear();
        }
    }

    /// <summary>The files that an include names, in the order of their names; a pattern may be in the last two places.</summary>
    private IEnumerable<string> Matching(string pattern)
    {
        var (folder, name) = (Path.GetDirectoryName(pattern) ?? "/", Path.GetFileName(pattern));
        var folders = folder.AsSpan().IndexOfAny('*', '?', '[') < 0 ? [folder]
            : _tree.Names(Path.GetDirectoryName(folder) ?? "/").Where(each => IsMatch(Path.GetFileName(folder), each))
            .Select(each => Path.Combine(Path.GetDirectoryName(folder) ?? "/", each));
        return name.AsSpan().IndexOfAny('*', '?', '[') < 0 ? folders.Select(each => Path.Combine(each, name))
            : folders.SelectMany(each => _tree.Names(each).Where(file => IsMatch(name, file)).Select(file => Path.Combine(each, file)));
    }

    private static bool IsMatch(string pattern, string name) =>
        name[0] != '.' && FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);

    /// <summary>Words with a blank in front, and the punctuation between them.</summary>
    private static IEnumerable<string> Tokens(string text)
    {
        var word = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (word.Length == 0 && c == '#')
            {
                i = text.IndexOf('\n', i) is >= 0 and var end ? end : text.Length;
            }
            else if (word.Length == 0 && c is '"' or '\'')
            {
                word.Append(' ');
                for (i++; i < text.Length && text[i] != c; i++)
                {
                    word.Append(text[i] == '\\' && i + 1 < text.Length ? Unescape(text[++i]) : text[i].ToString());
                }
                yield return word.ToString();
                word.Clear();
            }
            else if (c is ';' or '{' or '}' && !(c == '{' && word.Length > 0 && word[^1] == '$'))
            {
                if (word.Length > 0)
                {
                    yield return word.ToString();
                    word.Clear();
                }
                yield return c.ToString();
            }
            else if (char.IsWhiteSpace(c))
            {
                if (word.Length > 0)
                {
                    yield return word.ToString();
                    word.Clear();
                }
            }
            else
            {
                word.Append(word.Length == 0 ? " " : "").Append(c == '\\' && i + 1 < text.Length ? Unescape(text[++i]) : c.ToString());
                if (c == '$' && i + 1 < text.Length && text[i + 1] == '{')
                {
                    // ${name}: its braces do not begin a block.
                    var end = text.IndexOf('}', i);
                    if (end > 0)
                    {
                        word.Append(text, i + 1, end - i);
                        i = end;
                    }
                }
            }
        }
    }

    private static string Unescape(char c) => c switch
    {
        '"' or '\'' or '\\' => c.ToString(),
        't' => "\t",
        'r' => "\r",
        'n' => "\n",
        _ => $"\\{c}",
    };
}
