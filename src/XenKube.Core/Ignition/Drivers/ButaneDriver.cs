using System.Globalization;
using System.Text;
using XenKube.Ignition.Butane;
using XenKube.Ignition.Languages;
using XenKube.Ignition.Reporting;
using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.Drivers;

/// <summary>Runs as the <c>butane</c> program does, release 0.19.0: its flags, messages and exit codes.</summary>
public static class ButaneDriver
{
    private const string Version = "Butane v0.19.0";

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
        var flags = ButaneFlags.Parse(args, out var fault);
        if (flags is null)
        {
            if (fault!.Length > 0)
            {
                error.Write(fault + "\n");
            }
            error.Write(ButaneFlags.Usage);
            return 2;
        }
        if (flags.Help || flags.ShowVersion)
        {
            output.Write(Encoding.UTF8.GetBytes(flags.Help ? ButaneFlags.Usage : Version + "\n"));
            return 0;
        }
        if (Read(flags.Input, input, error) is not { } source)
        {
            return 1;
        }
        var options = new TranspileOptions { FilesDirectory = flags.FilesDirectory, Pretty = flags.Pretty, Strict = flags.Strict };
        var result = new ButaneDialect().Translate(source, options);
        error.Write(Format(result.Report));
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
            var place = entry.Path.Length > 0
                ? $"$.{entry.Path}, {Position(entry)}"
                : Position(entry);
            text.Append(entry.KindText).Append(" at ").Append(place).Append(": ").Append(entry.Message).Append('\n');
        }
        return text.ToString();
    }

    private static string Position(ReportEntry entry) =>
        string.Create(CultureInfo.InvariantCulture, $"line {entry.Line} col {entry.Column}");

    private static byte[]? Read(string path, Stream input, TextWriter error)
    {
        try
        {
            using var file = path.Length > 0 ? File.OpenRead(path) : null;
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
                File.WriteAllBytes(path, json);
            }
            return true;
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
