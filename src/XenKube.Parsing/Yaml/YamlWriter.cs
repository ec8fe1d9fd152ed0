using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace XenKube.Parsing.Yaml;

/// <summary>
/// Writes YAML that readers of YAML 1.1 understand: block style, texts of several lines as literal blocks, quotes wherever a
/// plain text would be taken for something else.
/// </summary>
/// <remarks>Held against kubectl 1.32.4, built with Go 1.23, for documents like those of go-yaml v2.</remarks>
public sealed partial class YamlWriter
{
    private readonly StringBuilder text = new();
    private readonly Emitter emitter;
    private readonly bool isGo;

    /// <summary>Starts a document.</summary>
    public YamlWriter()
        : this(isGo: false)
    {
    }

    private YamlWriter(bool isGo)
    {
        this.isGo = isGo;
        var settings = new EmitterSettings(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024)
            .WithNewLine("\n");
        emitter = new Emitter(new StringWriter(text, CultureInfo.InvariantCulture), isGo ? settings : settings.WithIndentedSequences());
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, [], isImplicit: true));
    }

    /// <summary>
    /// Starts a document that is written as go-yaml v2 writes one, and with it every tool of Kubernetes: lists are not indented, and texts
    /// are plain wherever YAML 1.1 reads them as texts.
    /// </summary>
    public static YamlWriter LikeGoYaml() => new(isGo: true);

    /// <summary>Starts a mapping; keys and values follow in turn.</summary>
    public void StartMapping() => emitter.Emit(new MappingStart());

    /// <summary>Starts a mapping on one line.</summary>
    public void StartFlowMapping() => emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, true, MappingStyle.Flow));

    /// <summary>Ends a mapping.</summary>
    public void EndMapping() => emitter.Emit(new MappingEnd());

    /// <summary>Starts a list.</summary>
    public void StartSequence() => emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, true, SequenceStyle.Block));

    /// <summary>Ends a list.</summary>
    public void EndSequence() => emitter.Emit(new SequenceEnd());

    /// <summary>Writes a text.</summary>
    /// <param name="value">The text.</param>
    public void Text(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (isGo)
        {
            GoText(value);
            return;
        }
        var style = IsPlain(value) ? ScalarStyle.Plain : IsLiteral(value) ? ScalarStyle.Literal : ScalarStyle.DoubleQuoted;
        emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, value, style, style == ScalarStyle.Plain, style != ScalarStyle.Plain));
    }

    /// <summary>Writes a number, a bool or anything else that has to stay plain.</summary>
    /// <param name="value">Its text.</param>
    public void Plain(string value) =>
        emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, value, ScalarStyle.Plain, true, false));

    /// <summary>Ends the document.</summary>
    /// <returns>Its text.</returns>
    public string Finish()
    {
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return text.ToString();
    }

    // go-yaml v2, encode.go, stringv. The emitter quotes a text that cannot be plain, by the rules of libyaml, which are go-yaml's too.
    private void GoText(string value)
    {
        var style = YamlScalar.ResolvePlain(value).Kind != YamlScalarKind.Text || TimeOrBase60().IsMatch(value) ? ScalarStyle.DoubleQuoted
            : value.Contains('\n', StringComparison.Ordinal) ? ScalarStyle.Literal : ScalarStyle.Plain;
        emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, value, style, style == ScalarStyle.Plain, isQuotedImplicit: true));
    }

    // A date, a time, or a number to the base of 60 for other readers of YAML 1.1.
    [GeneratedRegex(
        @"^(?:[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?)\z", RegexOptions.CultureInvariant)]
    private static partial Regex TimeOrBase60();

    private static bool IsPlain(string value) =>
        value.Length > 0
        && char.IsAsciiLetter(value[0]) | value[0] == '/'
        && !value.AsSpan().ContainsAnyExcept(PlainCharacters)
        && value[^1] is not (' ' or ':')
        && !value.Contains(": ", StringComparison.Ordinal)
        && YamlScalar.ResolvePlain(value).Kind == YamlScalarKind.Text;

    private static bool IsLiteral(string value)
    {
        if (!value.Contains('\n', StringComparison.Ordinal) || value[0] is '\n' or ' ' or '\t')
        {
            return false;
        }
        foreach (var c in value)
        {
            if (c is not ('\n' or '\t') && (c < ' ' || c is > '~' and < '\u00a0' or '\u2028' or '\u2029' or '\ufeff' or >= '\ud800'
                and < '\ue000' or '\ufffe' or '\uffff'))
            {
                return false;
            }
        }
        // A tab where indentation may be expected, or blanks before the end of a line, do not need quotes.
        return !value.Contains("\n\t", StringComparison.Ordinal) && !value.Contains(" \n", StringComparison.Ordinal)
            && value.Trim('\n').Length > 0;
    }

    private static readonly System.Buffers.SearchValues<char> PlainCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 /._-+=@:");
}
