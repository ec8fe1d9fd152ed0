using System.Globalization;

namespace XenKube.Ignition.Templates;

/// <summary>A line of a template.</summary>
/// <param name="Text">Its text, with a CR at its end where the template has one.</param>
/// <param name="Number">Its number, from 1.</param>
/// <param name="File">The template, for errors.</param>
internal readonly record struct TemplateLine(string Text, int Number, string File)
{
    /// <summary>The place of the marker of an include, or -1. In a comment it means nothing; after anything else it is an error.</summary>
    public int FindMarker(string marker)
    {
        var at = Text.IndexOf(marker, StringComparison.Ordinal);
        if (at < 0 || Text.AsSpan().TrimStart().StartsWith("#"))
        {
            return -1;
        }
        return at > 0 && Text[at - 1] is ('|' or '-')
            ? at
            : throw Error(at, ErrorIds.IncludeKindUnknown, "### comes after neither | (lines) nor - (joined)");
    }

    /// <summary>Part of the line with the variables of our name spaces replaced.</summary>
    public string Substitute(int start, int end, TemplateVariables variables)
    {
        var result = new ExpandedText();
        Substitute(start, end, variables, result);
        return result.ToString();
    }

    /// <summary>Appends part of the line, with the variables of our name spaces replaced.</summary>
    public void Substitute(int start, int end, TemplateVariables variables, ExpandedText result)
    {
        var text = Text.AsSpan(start, end - start);
        for (var index = 0; index < text.Length;)
        {
            var next = text[index..].IndexOf("${", StringComparison.Ordinal);
            if (next < 0)
            {
                result.Append(text[index..]);
                return;
            }
            var open = index + next;
            var isEscaped = open > index && text[open - 1] == '$';
            if (!TemplateVariables.IsOurs(text[(open + 2)..]))
            {
                result.Append(text[index..(open + 2)]);
                index = open + 2;
                continue;
            }
            var length = text[open..].IndexOf('}');
            if (length < 0)
            {
                throw Error(start + open, ErrorIds.VariableNotClosed, "a variable has no closing brace");
            }
            var close = open + length;
            result.Append(text[index..(isEscaped ? open - 1 : open)]);
            if (isEscaped)
            {
                result.Append(text[open..(close + 1)]);
            }
            else
            {
                result.AppendValue(Find(text[(open + 2)..close].ToString(), start + open, variables));
            }
            index = close + 1;
        }
    }

    private string Find(string name, int at, TemplateVariables variables)
    {
        if (!variables.TryGet(name, out var value))
        {
            var known = variables.Names.Count > 0
                ? $"there are {string.Join(", ", variables.Names)}"
                : "the template is not expanded for a node";
            throw Error(
                at,
                ErrorIds.VariableUnknown,
                $"there is no variable {name}; {known}",
                $"Write $${{{name}}} if the guest is meant to see it");
        }
        return value ?? throw Error(at, ErrorIds.VariableWithoutValue, $"{name} has no value");
    }

    /// <summary>An error at a place of this line.</summary>
    public InvalidInputException Error(int at, ErrorId<InvalidInputException> id, string reason, string? remedy = null)
    {
        // A column counts characters, as in the reports of configs.
        var column = 1;
        foreach (var _ in Text.AsSpan(0, Math.Min(at, Text.Length)).EnumerateRunes())
        {
            column++;
        }
        return new InvalidInputException(
            id, File, string.Create(CultureInfo.InvariantCulture, $"line {Number}, column {column}"), reason, remedy);
    }
}
