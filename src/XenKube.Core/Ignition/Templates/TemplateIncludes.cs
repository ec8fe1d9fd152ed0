using XenKube.Files;

namespace XenKube.Ignition.Templates;

/// <summary>Where the files that a template includes are, and which of them it may include.</summary>
internal sealed class TemplateIncludes
{
    private readonly Func<string, string?> _refuse;
    private readonly Func<string, byte[]> _read;
    private readonly Func<string, string> _locate;

    private TemplateIncludes(Func<string, string> locate, Func<string, string?> refuse, Func<string, byte[]> read, string remedy)
    {
        _locate = locate;
        _refuse = refuse;
        _read = read;
        Remedy = remedy;
    }

    /// <summary>True where they are files of the host.</summary>
    public bool IsHost => _read == ReadOfHost;

    /// <summary>What to do about a file that is refused.</summary>
    public string Remedy { get; }

    /// <summary>Files of the host.</summary>
    /// <param name="folder">The directory that relative paths begin at.</param>
    /// <param name="boundary">Where the files may be.</param>
    public static TemplateIncludes OfHost(string folder, IncludeBoundary boundary) => new(
        file => Path.Combine(folder, file), boundary.Refuse, ReadOfHost,
        "Copy the file into the cluster's directory, or allow its directory by includeDirectories in xenkube.json");

    /// <summary>
    /// Files of the place that the template itself comes from, such as a guest's disk: what a guest wrote names no file of the host.
    /// </summary>
    /// <param name="templatePath">The template.</param>
    /// <param name="read">Reads a file by its path, which begins as the template's does.</param>
    public static TemplateIncludes Elsewhere(string templatePath, Func<string, byte[]> read) => new(
        file => file.StartsWith('/') ? file : $"{templatePath[..(templatePath.LastIndexOf('/') + 1)]}{file}",
        path => path.StartsWith('/') ? $"{Printable.Name(path)} is a path of the host, and the template is not" : null, read,
        "Name the file by its path from the template's directory on");

    /// <summary>The path of a file that a template names.</summary>
    public string PathOf(string file) => _locate(file);

    /// <summary>Why a file must not be included; null if it may be.</summary>
    public string? Refuse(string path) => _refuse(path);

    /// <summary>The content of a file.</summary>
    public byte[] Read(string path) => _read(path);

    private static byte[] ReadOfHost(string path)
    {
        using var file = HostFile.Open(path, isTrusted: true);
        return WholeFile.Read(file, path, WholeFile.UsualLimit, FileReadErrors.Usual);
    }
}
