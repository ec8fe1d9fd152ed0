using System.Text;
using XenKube.Files;

namespace XenKube.Ignition.Templates;

/// <summary>
/// Expands <c>node.ct.tmpl</c> to <c>node.ct</c>. <c>|###FILE</c> alone on its line becomes the file's lines, each indented to the
/// column of the bar; <c>-###FILE</c> becomes, in place of the dash, the file's lines joined to one. <c>${Node.Name}</c> and
/// <c>${Cluster.Name}</c> become their values; every other <c>${…}</c> belongs to the guest and stays, and <c>$${Node.Name}</c>
/// stays as <c>${Node.Name}</c>. Included files are taken as they are.
/// </summary>
public static class IgnitionTemplate
{
    private const string Suffix = ".tmpl";
    private const string Marker = "###";

    /// <summary>Expands a template file, unless its result is newer than the template and all that it includes.</summary>
    /// <param name="templatePath">The template.</param>
    /// <param name="outputPath">The result; by default the template's path without <c>.tmpl</c>.</param>
    /// <param name="variables">The names it may use.</param>
    /// <param name="force">Whether to expand it in any case.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="InvalidInputException">The template is wrong; the place is its line and column.</exception>
    public static IgnitionTemplateResult Expand(
        string templatePath, string? outputPath = null, TemplateVariables? variables = null, bool force = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(templatePath);
        var output = outputPath ?? DefaultOutput(templatePath);
        var template = IgnitionTranspiler.ReadFile(templatePath);
        var folder = Path.GetDirectoryName(Path.GetFullPath(templatePath))!;
        if (!force && IsCurrent(template, templatePath, output, out var includes))
        {
            return new IgnitionTemplateResult(templatePath, output, false, includes);
        }
        var used = new List<string>();
        var text = Expand(template, templatePath, folder, variables ?? TemplateVariables.None, used);
        AtomicFile.Write(output, Encoding.UTF8.GetBytes(text));
        return new IgnitionTemplateResult(templatePath, output, true, used);
    }

    /// <summary>Expands the text of a template.</summary>
    /// <param name="template">The template.</param>
    /// <param name="name">Its name, for errors.</param>
    /// <param name="folder">The folder its files are relative to.</param>
    /// <param name="variables">The names it may use.</param>
    /// <returns>The result.</returns>
    /// <exception cref="InvalidInputException">The template is wrong; the place is its line and column.</exception>
    public static string ExpandText(string template, string name, string folder, TemplateVariables? variables = null)
    {
        ArgumentNullException.ThrowIfNull(template);
        return Expand(Encoding.UTF8.GetBytes(template), name, folder, variables ?? TemplateVariables.None, []);
    }

    /// <summary>Whether a result is newer than its template and all that the template includes.</summary>
    /// <param name="templatePath">The template.</param>
    /// <param name="outputPath">The result.</param>
    internal static bool IsCurrent(string templatePath, string outputPath) =>
        IsCurrent(IgnitionTranspiler.ReadFile(templatePath), templatePath, outputPath, out _);

    private static bool IsCurrent(byte[] template, string templatePath, string outputPath, out List<string> includes)
    {
        includes = [];
        if (!File.Exists(outputPath))
        {
            return false;
        }
        var made = File.GetLastWriteTimeUtc(outputPath);
        includes = FindIncludes(template, Path.GetDirectoryName(Path.GetFullPath(templatePath))!);
        return includes.Prepend(templatePath).All(input => !File.Exists(input) || File.GetLastWriteTimeUtc(input) < made);
    }

    private static string DefaultOutput(string templatePath) =>
        templatePath.EndsWith(Suffix, StringComparison.Ordinal) && Path.GetFileName(templatePath).Length > Suffix.Length
            ? templatePath[..^Suffix.Length]
            : throw new InvalidInputException(
                "NoTemplateName", templatePath, null, "the name of a template ends in .ct.tmpl", "Rename it, or name the output");

    private static string Expand(byte[] template, string name, string folder, TemplateVariables variables, List<string> used)
    {
        if (!System.Text.Unicode.Utf8.IsValid(template))
        {
            throw new InvalidInputException("NotUtf8", name, null, "the template is not UTF-8");
        }
        var result = new StringBuilder(template.Length);
        var lines = Encoding.UTF8.GetString(template).Split('\n');
        for (var index = 0; index < lines.Length; index++)
        {
            var line = new TemplateLine(lines[index], index + 1, name);
            if (index > 0)
            {
                result.Append('\n');
            }
            var marker = line.FindMarker(Marker);
            if (marker < 0)
            {
                result.Append(line.Substitute(0, line.Text.Length, variables));
                continue;
            }
            var file = line.Text[(marker + Marker.Length)..].Trim();
            if (file.Length == 0)
            {
                throw line.Error(marker, "NoIncludeName", "no file is named behind ###");
            }
            var isLines = line.Text[marker - 1] == '|';
            var indent = line.Text[..(marker - 1)];
            if (isLines && indent.AsSpan().ContainsAnyExcept(' '))
            {
                throw line.Error(marker - 1, "IncludeNotAlone", "|### has to stand alone on its line, behind spaces");
            }
            var path = Path.Combine(folder, file);
            var included = ReadLines(path, line, marker);
            used.Add(path);
            if (isLines)
            {
                result.AppendJoin('\n', included.Select(text => text.Length == 0 ? text : indent + text));
            }
            else
            {
                result.Append(line.Substitute(0, marker - 1, variables)).AppendJoin("", included);
            }
            result.Append(line.Text.EndsWith('\r') ? "\r" : "");
        }
        return result.ToString();
    }

    private static string[] ReadLines(string path, TemplateLine line, int marker)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw line.Error(marker + Marker.Length, "IncludeNotReadable", $"cannot read {path}: {SystemError.Describe(e, path)}");
        }
        if (!System.Text.Unicode.Utf8.IsValid(bytes))
        {
            throw line.Error(marker + Marker.Length, "IncludeNotUtf8", $"{path} is not UTF-8");
        }
        var text = Encoding.UTF8.GetString(bytes).Replace("\r\n", "\n", StringComparison.Ordinal);
        return (text.EndsWith('\n') ? text[..^1] : text).Split('\n');
    }

    private static List<string> FindIncludes(byte[] template, string folder)
    {
        var includes = new List<string>();
        foreach (var line in Encoding.UTF8.GetString(template).Split('\n'))
        {
            var marker = line.IndexOf(Marker, StringComparison.Ordinal);
            if (marker > 0 && line[marker - 1] is ('|' or '-'))
            {
                includes.Add(Path.Combine(folder, line[(marker + Marker.Length)..].Trim()));
            }
        }
        return includes;
    }
}
