namespace XenKube.Parsing.Yaml;

/// <summary>
/// Words an error as go-yaml does. Its line numbers are an accident worth keeping, since people search for the messages:
/// v2 gives the zero-based line of the problem (nothing on the first line); v3 gives the line of the enclosing construct if
/// that is not the first, one-based for the scanner's errors and zero-based for the parser's.
/// </summary>
/// <remarks>
/// Held against ajeddeloh/yaml 6b94386, the fork of go-yaml v2 in ct 0.5.0 and 0.9.0, and gopkg.in/yaml.v3 v3.0.1 in Butane 0.19.0.
/// </remarks>
internal static class YamlProblem
{
    public static YamlException Scanner(YamlDialect dialect, string problem, YamlMark at, YamlMark context) =>
        Create(dialect, problem, at, context, scanner: true);

    public static YamlException Parser(YamlDialect dialect, string problem, YamlMark at, YamlMark context = default) =>
        Create(dialect, problem, at, context, scanner: false);

    private static YamlException Create(YamlDialect dialect, string problem, YamlMark at, YamlMark context, bool scanner)
    {
        int line;
        if (dialect == YamlDialect.GoYaml2)
        {
            line = at.Line != 0 ? at.Line : context.Line;
        }
        else
        {
            line = context.Line != 0 ? context.Line : at.Line;
            if (line != 0 && scanner)
            {
                line++;
            }
        }
        var message = line == 0 ? problem : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"line {line}: {problem}");
        return new YamlException(message, at.Line + 1, at.Column + 1);
    }
}
