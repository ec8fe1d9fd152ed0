using System.Text;
using XenKube.Files;
using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.Templates;

/// <summary>
/// Expands <c>node.ct.tmpl</c> to <c>node.ct</c>. <c>|###FILE</c> alone on its line becomes the file's lines, each indented to the
/// column of the bar; <c>-###FILE</c> becomes, in place of the dash, the file's lines joined to one. <c>${Node.Name}</c>,
/// <c>${Cluster.Name}</c> and <c>${Etcd.Token}</c> become their values; every other <c>${…}</c> belongs to the guest and stays, and
/// <c>$${Node.Name}</c> stays as <c>${Node.Name}</c>. The name of an included file may hold variables; its content is taken as it is.
/// </summary>
public static class IgnitionTemplate
{
    private const string Suffix = ".tmpl";
    private const string Marker = "###";

    /// <summary>Expands a template file, unless its result is current: see <see cref="Prepare"/>.</summary>
    /// <param name="templatePath">The template.</param>
    /// <param name="outputPath">The result; by default the template's path without <c>.tmpl</c>.</param>
    /// <param name="variables">The names it may use.</param>
    /// <param name="force">Whether to expand it in any case.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="InvalidInputException">The template is wrong; the place is its line and column.</exception>
    public static IgnitionTemplateResult Expand(
        string templatePath, string? outputPath = null, TemplateVariables? variables = null, bool force = false) =>
        Prepare(templatePath, outputPath, variables, force, IncludeBoundary.None).Write();

    /// <summary>Expands a template that is not a file of the host, such as one on a guest's disk, and writes the result.</summary>
    /// <param name="template">The template.</param>
    /// <param name="templatePath">Its path, for errors; the paths of the files that it includes begin at the directory in it.</param>
    /// <param name="outputPath">The result: a file of the host.</param>
    /// <param name="read">Reads an included file by its path. The template must not name files of the host.</param>
    /// <param name="variables">The names it may use.</param>
    /// <exception cref="InvalidInputException">The template is wrong; the place is its line and column.</exception>
    public static IgnitionTemplateResult Expand(
        byte[] template, string templatePath, string outputPath, Func<string, byte[]> read, TemplateVariables? variables = null)
    {
        ArgumentNullException.ThrowIfNull(template);
        ArgumentException.ThrowIfNullOrEmpty(templatePath);
        ArgumentException.ThrowIfNullOrEmpty(outputPath);
        ArgumentNullException.ThrowIfNull(read);
        var used = new List<string>();
        var expanded = Expand(template, templatePath, variables ?? TemplateVariables.None, used,
            TemplateIncludes.Elsewhere(templatePath, read), "");
        return new TemplateExpansion(templatePath, outputPath, expanded.ToString(), used) { Lines = expanded.Lines }.Write();
    }

    /// <summary>
    /// Expands a template file in memory, unless its result is current. A result is current if it is newer than the template and
    /// all that the template includes, and does not hold old values of variables: a result that differs from what the template
    /// gives now in nothing but such values was not edited, and is made again.
    /// </summary>
    /// <param name="templatePath">The template.</param>
    /// <param name="outputPath">The result; by default the template's path without <c>.tmpl</c>.</param>
    /// <param name="variables">The names it may use.</param>
    /// <param name="force">Whether to expand it in any case.</param>
    /// <param name="boundary">Where included files may be.</param>
    /// <param name="heading">A line to begin the result with; empty for none.</param>
    /// <exception cref="InvalidInputException">The template is wrong; the place is its line and column.</exception>
    internal static TemplateExpansion Prepare(
        string templatePath, string? outputPath, TemplateVariables? variables, bool force, IncludeBoundary boundary, string heading = "")
    {
        ArgumentException.ThrowIfNullOrEmpty(templatePath);
        var output = outputPath ?? DefaultOutput(templatePath);
        var template = WholeFile.ReadOfHouse(templatePath, isTrusted: true, WholeFile.UsualLimit, FileReadErrors.Usual);
        var folder = Path.GetDirectoryName(Path.GetFullPath(templatePath))!;
        var includes = new List<string>();
        try
        {
            var expanded = Expand(template, templatePath, variables ?? TemplateVariables.None, includes,
                TemplateIncludes.OfHost(folder, boundary), heading);
            var isCurrent = !force && (IsNewer(output, templatePath, includes) ? !expanded.DiffersOnlyInValues(Text(output))
                // Files of one tick of the clock have one time: where nothing would change, nothing is written.
                : File.Exists(output) && Text(output) == expanded.ToString()
                && File.GetLastWriteTimeUtc(output) == File.GetLastWriteTimeUtc(templatePath));
            return new TemplateExpansion(templatePath, output, isCurrent ? null : expanded.ToString(), includes) { Lines = expanded.Lines };
        }
        catch (InvalidInputException) when (!force && IsNewer(output, templatePath, includes) && includes.TrueForAll(File.Exists))
        {
            // A config that was finished by hand does not need its template any more.
            return new TemplateExpansion(templatePath, output, null, includes);
        }
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
        return Expand(Encoding.UTF8.GetBytes(template), name, variables ?? TemplateVariables.None, [],
            TemplateIncludes.OfHost(folder, IncludeBoundary.None), "").ToString();
    }

    private static string Text(string path) => Encoding.UTF8.GetString(WholeFile.Read(path, regularOnly: true));

    private static bool IsNewer(string output, string templatePath, List<string> includes)
    {
        if (!File.Exists(output))
        {
            return false;
        }
        var made = File.GetLastWriteTimeUtc(output);
        return includes.Prepend(templatePath).All(input => !File.Exists(input) || File.GetLastWriteTimeUtc(input) < made);
    }

    private static string DefaultOutput(string templatePath) =>
        templatePath.EndsWith(Suffix, StringComparison.Ordinal) && Path.GetFileName(templatePath).Length > Suffix.Length
            ? templatePath[..^Suffix.Length]
            : throw new InvalidInputException(
                ErrorIds.TemplateNameInvalid,
                templatePath,
                null,
                "the name of a template ends in .ct.tmpl",
                "Rename it, or name the output");

    private static ExpandedText Expand(
        byte[] template, string name, TemplateVariables variables, List<string> used, TemplateIncludes includes, string heading)
    {
        if (!System.Text.Unicode.Utf8.IsValid(template))
        {
            throw new InvalidInputException(ErrorIds.TextNotUtf8, name, null, "the template is not UTF-8");
        }
        var result = new ExpandedText();
        result.Append(heading);
        var errors = new List<InvalidInputException>();
        var lines = Encoding.UTF8.GetString(template).Split('\n');
        for (var index = 0; index < lines.Length; index++)
        {
            if (index > 0)
            {
                result.Append("\n");
            }
            result.BeginLine(index + 1);
            try
            {
                ExpandLine(new TemplateLine(lines[index], index + 1, name), variables, used, includes, result);
            }
            catch (InvalidInputException e)
            {
                // The others are named as well, so that nobody has to come back for each of them.
                errors.Add(e);
            }
        }
        result.End();
        return errors.Count == 0 ? result : throw Together(errors);
    }

    private static InvalidInputException Together(List<InvalidInputException> errors)
    {
        var first = errors[0];
        var more = string.Concat(errors.Skip(1).Select(error => $"; {error.Place}: {error.Reason}"));
        return more.Length == 0 ? first
            : new InvalidInputException((ErrorId<InvalidInputException>)first.Id, first.File, first.Place, first.Reason + more,
                first.Advice, first);
    }

    private static void ExpandLine(
        TemplateLine line, TemplateVariables variables, List<string> used, TemplateIncludes includes, ExpandedText result)
    {
        var marker = line.FindMarker(Marker);
        if (marker < 0)
        {
            line.Substitute(0, line.Text.Length, variables, result);
            return;
        }
        var file = line.Substitute(marker + Marker.Length, line.Text.Length, variables).Trim();
        if (file.Length == 0)
        {
            throw line.Error(marker, ErrorIds.IncludeNotNamed, "no file is named after ###");
        }
        var isLines = line.Text[marker - 1] == '|';
        var indent = line.Text[..(marker - 1)];
        if (isLines && indent.AsSpan().ContainsAnyExcept(' '))
        {
            throw line.Error(marker - 1, ErrorIds.IncludeNotAlone, "only spaces may come before |### on its line");
        }
        var path = includes.PathOf(file);
        used.Add(path);
        if (includes.Refuse(path) is { } refusal)
        {
            throw line.Error(marker + Marker.Length, ErrorIds.IncludeOutside, refusal, includes.Remedy);
        }
        var included = ReadLines(path, line, marker, includes);
        if (isLines)
        {
            result.Append(string.Join('\n', included.Select(text => text.Length == 0 ? text : indent + text)));
        }
        else
        {
            line.Substitute(0, marker - 1, variables, result);
            result.Append(string.Concat(included));
        }
        result.Append(line.Text.EndsWith('\r') ? "\r" : "");
    }

    private static string[] ReadLines(string path, TemplateLine line, int marker, TemplateIncludes includes)
    {
        byte[] bytes;
        try
        {
            bytes = includes.Read(path);
        }
        catch (Exception e) when (e.IsPathTrouble())
        {
            throw line.Error(marker + Marker.Length, ErrorIds.IncludeNotReadable, $"cannot read {path}: {SystemError.Describe(e, path)}");
        }
        catch (XenKubeException e) when (!includes.IsHost)
        {
            throw line.Error(marker + Marker.Length, ErrorIds.IncludeNotReadable, $"cannot read {Printable.Name(path)}: {e.Reason}");
        }
        if (!System.Text.Unicode.Utf8.IsValid(bytes))
        {
            throw line.Error(marker + Marker.Length, ErrorIds.IncludeNotUtf8, $"{path} is not UTF-8");
        }
        var text = Encoding.UTF8.GetString(bytes).Replace("\r\n", "\n", StringComparison.Ordinal);
        return (text.EndsWith('\n') ? text[..^1] : text).Split('\n');
    }
}
