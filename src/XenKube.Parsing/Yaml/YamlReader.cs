using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace XenKube.Parsing.Yaml;

/// <summary>Reads the first document of a YAML stream into nodes with positions.</summary>
public static class YamlReader
{
    /// <summary>Reads a document.</summary>
    /// <param name="bytes">UTF-8 with or without a mark, or UTF-16 with one.</param>
    /// <param name="options">The reader to be like, and the limits.</param>
    /// <returns>The top node, or null where the stream holds no document at all.</returns>
    /// <exception cref="YamlException">The text is no YAML.</exception>
    public static YamlNode? Read(ReadOnlySpan<byte> bytes, YamlOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var text = System.Text.Encoding.UTF8.GetString(bytes);
        try
        {
            var parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
            parser.MoveNext();
            parser.MoveNext();
            if (parser.Current is StreamEnd)
            {
                return null;
            }
            parser.MoveNext();
            return new YamlTreeBuilder(options).Build(parser);
        }
        catch (YamlDotNet.Core.YamlException e)
        {
            throw new YamlException(e.Message, (int)e.Start.Line, (int)e.Start.Column);
        }
    }
}
