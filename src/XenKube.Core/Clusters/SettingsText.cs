using System.Text;
using System.Text.Json;

namespace XenKube.Clusters;

/// <summary>
/// Changes of one member of a JSON object that keep the rest of its text: comments, order, layout. Commas at the end are allowed, as in the
/// file of the settings.
/// </summary>
internal static class SettingsText
{
    private const string Indent = "  ";

    private static readonly JsonReaderOptions Options = new() { CommentHandling = JsonCommentHandling.Allow, AllowTrailingCommas = true };

    /// <summary>The names of the members.</summary>
    /// <exception cref="JsonException">The text is not a JSON object.</exception>
    public static IReadOnlyList<string> Names(ReadOnlySpan<byte> json) => [.. Members(json, out _).Select(member => member.Name)];

    /// <summary>The text with a value in the place of a member's, or with the member at its end.</summary>
    /// <param name="json">The text.</param>
    /// <param name="name">Name of the member, which needs no escape.</param>
    /// <param name="value">The value, as JSON.</param>
    /// <exception cref="JsonException">The text is not a JSON object.</exception>
    public static byte[] With(ReadOnlySpan<byte> json, string name, string value)
    {
        var members = Members(json, out var open);
        if (members.LastOrDefault(member => member.Name == name) is { } there)
        {
            return Replaced(json, there.ValueStart, there.End, value);
        }
        var member = $"\"{name}\": {value}";
        if (members is not [.., var last])
        {
            var isOneLine = json[(open + 1)..].IndexOf((byte)'\n') < 0;
            return Replaced(json, open + 1, open + 1, isOneLine ? $" {member} " : $"\n{Indent}{member}");
        }
        return Replaced(json, last.End, last.End, $",{Gap(json, last.Start)}{member}");
    }

    /// <summary>The text without a member.</summary>
    /// <param name="json">The text.</param>
    /// <param name="name">Name of the member.</param>
    /// <exception cref="JsonException">The text is not a JSON object.</exception>
    public static byte[] Without(ReadOnlySpan<byte> json, string name)
    {
        var text = json.ToArray();
        while (Members(text, out _).LastOrDefault(member => member.Name == name) is { } member)
        {
            var (start, end) = (member.Start, member.End);
            // What is between the value and its comma stays.
            var comma = CommaAfter(text, end);
            if (comma >= 0)
            {
                text = [.. text[..comma], .. text[(comma + 1)..]];
            }
            var lineStart = start - Gap(text, start).Length;
            var isOwnLine = Gap(text, start).StartsWith('\n') && (end == text.Length || text[end] is (byte)'\n' or (byte)'\r');
            text = Replaced(text, isOwnLine ? lineStart : start, end, "");
        }
        return text;
    }

    private static List<Member> Members(ReadOnlySpan<byte> json, out int open)
    {
        var members = new List<Member>();
        var reader = new Utf8JsonReader(json, Options);
        open = -1;
        while (reader.Read())
        {
            if (open < 0 && reader.TokenType == JsonTokenType.StartObject)
            {
                open = (int)reader.TokenStartIndex;
            }
            else if (open < 0 && reader.TokenType != JsonTokenType.Comment)
            {
                throw new JsonException("it is not an object");
            }
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }
            var (name, start) = (reader.GetString()!, (int)reader.TokenStartIndex);
            do
            {
                reader.Read();
            }
            while (reader.TokenType == JsonTokenType.Comment);
            var valueStart = (int)reader.TokenStartIndex;
            var depth = reader.CurrentDepth;
            while (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject || reader.CurrentDepth > depth)
            {
                reader.Read();
            }
            members.Add(new Member(name, start, valueStart, (int)reader.BytesConsumed));
        }
        return open < 0 ? throw new JsonException("it is empty") : members;
    }

    // The white space before a member, from the end of the line before it.
    private static string Gap(ReadOnlySpan<byte> json, int start)
    {
        var at = start;
        while (at > 0 && json[at - 1] is (byte)' ' or (byte)'\t')
        {
            at--;
        }
        return at > 0 && json[at - 1] == '\n' ? "\n" + Encoding.UTF8.GetString(json[at..start]) : " ";
    }

    private static int CommaAfter(ReadOnlySpan<byte> json, int at)
    {
        while (at < json.Length && json[at] is not ((byte)',' or (byte)'}'))
        {
            var rest = json[at..];
            at += rest.StartsWith("//"u8) ? LengthTo(rest, "\n"u8) : rest.StartsWith("/*"u8) ? LengthTo(rest, "*/"u8) : 1;
        }
        return at < json.Length && json[at] == ',' ? at : -1;
    }

    private static int LengthTo(ReadOnlySpan<byte> text, ReadOnlySpan<byte> end) =>
        text.IndexOf(end) is >= 0 and var index ? index + end.Length : text.Length;

    private static byte[] Replaced(ReadOnlySpan<byte> json, int start, int end, string text) =>
        [.. json[..start], .. Encoding.UTF8.GetBytes(text), .. json[end..]];

    private sealed record Member(string Name, int Start, int ValueStart, int End);
}
