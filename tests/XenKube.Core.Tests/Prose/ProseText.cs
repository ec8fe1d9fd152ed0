using System.Text;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace XenKube.Tests.Prose;

/// <summary>A piece of text for people: a paragraph of Markdown, a comment, a message.</summary>
/// <param name="File">Its file, from the root of the repository.</param>
/// <param name="Lines">Its lines, with their numbers.</param>
internal sealed partial record ProseText(string File, IReadOnlyList<(int Number, string Text)> Lines)
{
    /// <summary>The text as one line.</summary>
    public string Text { get; } = string.Join(' ', Lines.Select(line => line.Text));

    /// <summary>The number of the file's line that a place of the text is in.</summary>
    public int LineAt(int index)
    {
        foreach (var (number, text) in Lines)
        {
            index -= text.Length + 1;
            if (index < 0)
            {
                return number;
            }
        }
        return Lines[^1].Number;
    }

    /// <summary>The paragraphs of a Markdown file; code is left out.</summary>
    public static IEnumerable<ProseText> OfMarkdown(string file, string content)
    {
        var paragraph = new List<(int, string)>();
        var isCode = false;
        var number = 0;
        foreach (var line in content.Split('\n'))
        {
            number++;
            var isFence = line.TrimStart().StartsWith("```", StringComparison.Ordinal);
            isCode ^= isFence;
            if (isFence || isCode || string.IsNullOrWhiteSpace(line))
            {
                if (paragraph.Count > 0)
                {
                    yield return new ProseText(file, [.. paragraph]);
                    paragraph.Clear();
                }
                continue;
            }
            paragraph.Add((number, InlineCode().Replace(line, "code").Trim()));
        }
        if (paragraph.Count > 0)
        {
            yield return new ProseText(file, paragraph);
        }
    }

    /// <summary>The comments of a C# file. Comments on lines below each other are one text.</summary>
    public static IEnumerable<ProseText> OfComments(string file, string content)
    {
        var lines = new List<(int Number, string Text)>();
        foreach (var trivia in CSharpSyntaxTree.ParseText(content).GetRoot().DescendantTrivia())
        {
            if (!trivia.IsKind(SyntaxKind.SingleLineCommentTrivia) && !trivia.IsKind(SyntaxKind.MultiLineCommentTrivia)
                && !trivia.IsKind(SyntaxKind.SingleLineDocumentationCommentTrivia))
            {
                continue;
            }
            var number = trivia.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
            foreach (var line in trivia.ToFullString().TrimEnd('\n').Split('\n'))
            {
                if (lines.Count > 0 && number != lines[^1].Number + 1)
                {
                    yield return new ProseText(file, [.. lines]);
                    lines.Clear();
                }
                lines.Add((number++, Markup().Replace(line.Trim().TrimStart('/', '*'), " ").Trim()));
            }
        }
        if (lines.Count > 0)
        {
            yield return new ProseText(file, lines);
        }
    }

    /// <summary>The string literals of a C# file that have words in them; what is filled in is shown as <c>x</c>.</summary>
    public static IEnumerable<ProseText> OfMessages(string file, string content)
    {
        foreach (var node in CSharpSyntaxTree.ParseText(content).GetRoot().DescendantNodes())
        {
            var text = node switch
            {
                LiteralExpressionSyntax literal when literal.Token.Value is string value => value,
                InterpolatedStringExpressionSyntax interpolated => Filled(interpolated),
                _ => null,
            };
            if (text is not null && text.Contains(' ', StringComparison.Ordinal))
            {
                yield return new ProseText(file, [(node.GetLocation().GetLineSpan().StartLinePosition.Line + 1, text)]);
            }
        }
    }

    private static string Filled(InterpolatedStringExpressionSyntax interpolated)
    {
        var text = new StringBuilder();
        foreach (var part in interpolated.Contents)
        {
            text.Append(part is InterpolatedStringTextSyntax words ? words.TextToken.ValueText : "x");
        }
        return text.ToString();
    }

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex InlineCode();

    // <see cref="X"/> is a name in its sentence; other tags are none.
    [GeneratedRegex("</?(summary|remarks|param|returns|exception|para|list|item|c|code|see|paramref|inheritdoc|typeparam|description|term|value|example)\\b[^>]*>")]
    private static partial Regex Markup();
}
