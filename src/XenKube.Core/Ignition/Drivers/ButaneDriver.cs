using System.Globalization;
using System.Text;
using XenKube.Files;
using XenKube.Ignition.Butane;
using XenKube.Ignition.Languages;
using XenKube.Ignition.Reporting;
using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.Drivers;

/// <summary>
/// Runs as the <c>butane</c> program does, release 0.29.0: its flags, messages and exit codes. One flag is our own:
/// <c>--release 0.19</c> to be like release 0.19.0.
/// </summary>
/// <remarks>Held against Butane 0.19.0 and Butane 0.29.0.</remarks>
public static class ButaneDriver
{
    /// <summary>Runs once.</summary>
    /// <param name="args">The words of the command line, without the program's name.</param>
    /// <param name="input">Standard input, read if no file is named.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error.</param>
    /// <returns>The exit code: 0 done, 1 failed, 2 wrong usage.</returns>
    public static int Run(IReadOnlyList<string> args, Stream input, Stream output, TextWriter error)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        var (release, words) = TakeRelease(args);
        if (release is null)
        {
            error.Write($"--release needs {string.Join(" or ", ButaneRelease.All.Select(known => known.Version))}\n");
            return 2;
        }
        var flags = ButaneFlags.Parse(words, release, out var fault);
        error.Write(flags.Remarks);
        if (fault is not null)
        {
            var (usage, reason) = (ButaneFlags.Usage(release), fault.Length > 0 ? fault + "\n" : "");
            error.Write(release.IsRecent ? usage + reason : reason + usage + reason);
            return 2;
        }
        if (flags.Help || flags.ShowVersion)
        {
            output.Write(Encoding.UTF8.GetBytes(flags.Help ? ButaneFlags.Usage(release) : $"Butane v{release.Version}\n"));
            return 0;
        }
        if (Read(flags.Input, input, error) is not { } source)
        {
            return 1;
        }
        var options = new TranspileOptions { FilesDirectory = flags.FilesDirectory, Pretty = flags.Pretty, Strict = flags.Strict };
        var result = ButaneDialect.Translate(source, release, options, flags.Raw);
        var name = flags.Input.Length > 0 ? flags.Input : "<stdin>";
        error.Write(release.IsRecent && !flags.RawErrors
            ? new ButaneExcerpts(source, name, flags.IsColored).Format(result.Report)
            : Format(result.Report));
        if (result.Json is null)
        {
            error.Write(result.Failure + "\n");
            return 1;
        }
        return flags.Check || Write(flags.Output, result.Json, output, error) ? 0 : 1;
    }

    /// <summary>The report as Butane prints it, one entry a line.</summary>
    /// <param name="report">The report.</param>
    internal static string Format(Report report)
    {
        var text = new StringBuilder();
        foreach (var entry in report)
        {
            text.Append(Format(entry));
        }
        return text.ToString();
    }

    /// <summary>An entry as Butane prints it on one line.</summary>
    internal static string Format(ReportEntry entry)
    {
        var place = entry.Path.Length > 0 ? $"$.{entry.Path}, {Position(entry)}" : Position(entry);
        return $"{entry.KindText} at {place}: {entry.Message}\n";
    }

    /// <summary>Our own flag is taken out wherever it is before <c>--</c>.</summary>
    private static (ButaneRelease? Release, List<string> Words) TakeRelease(IReadOnlyList<string> args)
    {
        var release = ButaneRelease.V0290;
        var words = new List<string>(args.Count);
        for (var i = 0; i < args.Count; i++)
        {
            if (args[i] == "--")
            {
                words.AddRange(args.Skip(i));
                break;
            }
            if (args[i] != "--release" && !args[i].StartsWith("--release=", StringComparison.Ordinal))
            {
                words.Add(args[i]);
                continue;
            }
            var value = args[i].Length > "--release".Length ? args[i]["--release=".Length..] : ++i < args.Count ? args[i] : "";
            if (ButaneRelease.TryFind(value) is not { } found)
            {
                return (null, words);
            }
            release = found;
        }
        return (release, words);
    }

    private static string Position(ReportEntry entry) =>
        string.Create(CultureInfo.InvariantCulture, $"line {entry.Line} col {entry.Column}");

    private static byte[]? Read(string path, Stream input, TextWriter error)
    {
        try
        {
#pragma warning disable RS0030 // The file may be a pipe, and the error is worded as the reference tool words it, out of the exception.
            using var file = path.Length > 0 ? File.OpenRead(path) : null;
#pragma warning restore RS0030
            using var bytes = new MemoryStream();
            (file ?? input).CopyTo(bytes);
            return bytes.ToArray();
        }
        catch (Exception exception) when (exception.IsPathTrouble())
        {
            error.Write(Directory.Exists(path)
                ? $"failed to read {path}: read {path}: is a directory\n"
                : $"failed to open {path}: open {path}: {SystemError.Describe(exception, path)}\n");
            return null;
        }
    }

    private static bool Write(string path, byte[] json, Stream output, TextWriter error)
    {
        try
        {
            if (path.Length == 0)
            {
                output.Write(json);
                output.Flush();
            }
            else
            {
                OutputFile.Write(path, json);
            }
            return true;
        }
        catch (XenKubeException refused)
        {
            error.Write($"failed to open {path}: open {path}: {refused.Reason}\n");
            return false;
        }
        catch (Exception exception) when (exception.IsPathTrouble())
        {
            var name = path.Length == 0 ? "/dev/stdout" : path;
            error.Write(path.Length == 0
                ? $"Failed to write config to {name}: {exception.Message}\n"
                : $"failed to open {name}: open {name}: {SystemError.Describe(exception, name)}\n");
            return false;
        }
    }
}
