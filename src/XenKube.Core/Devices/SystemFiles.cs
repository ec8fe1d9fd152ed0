using XenKube.Files;

namespace XenKube.Devices;

/// <summary>
/// What /proc, /sys and /dev show. They show less to a user who is not root, and things end while they are looked at: what cannot be read
/// is empty.
/// </summary>
/// <param name="root">The folder that holds proc, sys and dev; tests have their own.</param>
internal sealed class SystemFiles(string root)
{
    /// <summary>The full path of a name such as <c>proc/swaps</c>.</summary>
    public string PathOf(string name) => Path.Combine(root, name);

    /// <summary>The full paths of what a folder holds.</summary>
    public string[] List(string folder, string pattern = "*")
    {
        try
        {
            return Directory.GetFileSystemEntries(PathOf(folder), pattern);
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            return [];
        }
    }

    /// <summary>The text of a file; empty where there is none.</summary>
    public string Read(string name) => WholeFile.TryReadText(PathOf(name)) ?? "";

    /// <summary>True where a file is there.</summary>
    public bool Has(string name) => File.Exists(PathOf(name));

    /// <summary>The folders in /proc of all processes.</summary>
    public IEnumerable<string> Processes() =>
        List("proc").Where(folder => int.TryParse(Path.GetFileName(folder), System.Globalization.NumberStyles.None,
            System.Globalization.CultureInfo.InvariantCulture, out _));
}
