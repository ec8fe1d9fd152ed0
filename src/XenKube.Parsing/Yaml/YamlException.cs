namespace XenKube.Parsing.Yaml;

/// <summary>A document that is not YAML, worded as go-yaml words it, without the leading <c>yaml: </c>.</summary>
/// <remarks>Held against ajeddeloh/yaml 6b94386 in ct 0.5.0 and 0.9.0, and gopkg.in/yaml.v3 v3.0.1 in Butane 0.19.0.</remarks>
public sealed class YamlException : Exception
{
    /// <summary>Creates an error.</summary>
    /// <param name="message">What go-yaml says, its <c>line N: </c> included where it gives one.</param>
    /// <param name="line">The line an editor shows, from 1; 0 where there is none.</param>
    /// <param name="column">The column in characters, from 1; 0 where there is none.</param>
    public YamlException(string message, int line = 0, int column = 0)
        : base(message)
    {
        Line = line;
        Column = column;
    }

    /// <summary>The line an editor shows, from 1; 0 where there is none. The number in the message counts by go-yaml's rules.</summary>
    public int Line { get; }

    /// <summary>The column in characters, from 1; 0 where there is none.</summary>
    public int Column { get; }
}
