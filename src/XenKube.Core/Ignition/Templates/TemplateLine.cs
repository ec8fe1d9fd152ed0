using System.Globalization;
using System.Text;

namespace XenKube.Ignition.Templates;

/// <summary>A line of a template.</summary>
/// <param name="Text">Its text, with a CR at its end where the template has one.</param>
/// <param name="Number">Its number, from 1.</param>
/// <param name="File">The template, for errors.</param>
internal readonly record struct TemplateLine(string Text, int Number, string File)
{
    /// <summary>Where the marker of an include stands, or -1. In a comment it means nothing; behind anything else it is an error.</summary>
    public int FindMarker(string marker)
    {
        var at = Text.IndexOf(marker, StringComparison.Ordinal);
        if (at < 0 || Text.AsSpan().TrimStart().StartsWith("#"))
        {
            return -1;
        }
        return at > 0 && Text[at - 1] is ('|' or '-')
            ? at
            : throw Error(at, "UnknownInclude", "### stands behind neither | (lines) nor - (joined)");
    }

    /// <summary>Part of the line with the variables of our name spaces replaced.</summary>
    public string Substitute(int start, int end, TemplateVariables variables)
    {
        var text = Text.AsSpan(start, end - start);
        if (!text.Contains("${", StringComparison.Ordinal))
        {
            return text.ToString();
        }
        var result = new StringBuilder();
        for (var index = 0; index < text.Length;)
        {
            var isEscaped = text[index..].StartsWith("$${");
            var open = isEscaped ? index + 1 : index;
            if (!text[open..].StartsWith("${Node.") && !text[open..].StartsWith("${Cluster."))
            {
                result.Append(text[index++]);
                continue;
            }
            var length = text[open..].IndexOf('}');
            if (length < 0)
            {
                throw Error(start + open, "VariableNotClosed", "a variable has no closing brace");
            }
            var close = open + length;
            if (isEscaped)
            {
                result.Append(text[open..(close + 1)]);
            }
            else
            {
                var name = text[(open + 2)..close].ToString();
                result.Append(Find(name, start + open, variables));
            }
            index = close + 1;
        }
        return result.ToString();
    }

    private string Find(string name, int at, TemplateVariables variables)
    {
        if (!variables.TryGet(name, out var value))
        {
            var known = variables.Names.Count > 0
                ? $"there are {string.Join(", ", variables.Names)}"
                : "the template is not expanded for a node";
            throw Error(at, "UnknownVariable", $"there is no variable {name}; {known}", $"Write $${{{name}}} if the guest is meant to see it");
        }
        return value ?? throw Error(at, "VariableWithoutValue", $"{name} has no value");
    }

    /// <summary>An error at a place of this line.</summary>
    public InvalidInputException Error(int at, string id, string reason, string? remedy = null)
    {
        // A column counts characters, as in the reports of configs.
        var column = 1;
        foreach (var _ in Text.AsSpan(0, Math.Min(at, Text.Length)).EnumerateRunes())
        {
            column++;
        }
        return new InvalidInputException(id, File, string.Create(CultureInfo.InvariantCulture, $"line {Number}, column {column}"), reason, remedy);
    }
}
