using XenKube.Files;
using XenKube.Ignition.ContainerLinux;
using XenKube.Ignition.ContainerLinux.Releases;
using XenKube.Ignition.Languages;
using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.Drivers;

/// <summary>One run of the transpiler, its flags read.</summary>
/// <remarks>Held against ct 0.5.0 and 0.9.0.</remarks>
internal sealed class CtRun(GoFlagSet flags, ClcRelease release, Stream input, Stream output, TextWriter error)
{
    public int Run()
    {
        var inFile = flags.Text("in-file");
        var outFile = flags.Text("out-file");
        if (inFile.Length > 0 && OpenProblem(inFile) is { } problem)
        {
            return Fail("Failed to open: " + problem);
        }
        if (release.EmptiesOutputFirst && outFile.Length > 0 && Create(outFile, []) is { } early)
        {
            return Fail("Failed to create: " + early);
        }
        byte[] source;
        try
        {
            source = Read(inFile);
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            var name = inFile.Length > 0 ? inFile : "/dev/stdin";
            return Fail($"Failed to read: read {name}: {SystemError.Describe(e, name)}");
        }
        var translation = ClcDialect.Translate(source, release, new TranspileOptions
        {
            Platform = flags.Text("platform"),
            FilesDirectory = flags.Text("files-dir"),
            Strict = flags.IsOn("strict"),
            Pretty = flags.IsOn("pretty"),
        });
        foreach (var entry in translation.Report)
        {
            WriteLine(entry.ToString());
        }
        if (translation.Failure is not null)
        {
            WriteLine(translation.Failure);
        }
        if (translation.Json is null)
        {
            return 1;
        }
        if (outFile.Length == 0)
        {
            output.Write(translation.Json);
            output.Flush();
            return 0;
        }
        return Create(outFile, translation.Json) is { } late ? Fail("Failed to create: " + late) : 0;
    }

    private byte[] Read(string inFile)
    {
        if (inFile.Length > 0)
        {
#pragma warning disable RS0030 // The error is worded as the reference tool words it, out of the exception.
            return File.ReadAllBytes(inFile);
#pragma warning restore RS0030
        }
        using var memory = new MemoryStream();
        input.CopyTo(memory);
        return memory.ToArray();
    }

    /// <summary>A folder can be opened, and only then not be read.</summary>
    private static string? OpenProblem(string path)
    {
        if (Directory.Exists(path))
        {
            return null;
        }
        try
        {
#pragma warning disable RS0030 // The file may be a pipe, and the error is worded as the reference tool words it, out of the exception.
            File.OpenRead(path).Dispose();
#pragma warning restore RS0030
            return null;
        }
        catch (Exception e) when (e.IsPathTrouble())
        {
            return $"open {path}: {SystemError.Describe(e, path)}";
        }
    }

    private static string? Create(string path, byte[] content)
    {
        try
        {
            OutputFile.Write(path, content);
            return null;
        }
        catch (XenKubeException e)
        {
            return $"open {path}: {e.Reason}";
        }
        catch (Exception e) when (e.IsPathTrouble())
        {
            return $"open {path}: {SystemError.Describe(e, path)}";
        }
    }

    private int Fail(string message)
    {
        WriteLine(message);
        return 1;
    }

    private void WriteLine(string text)
    {
        error.Write(text.EndsWith('\n') ? text : text + "\n");
    }
}
