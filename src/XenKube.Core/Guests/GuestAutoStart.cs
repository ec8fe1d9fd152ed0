using System.Globalization;
using System.Text;
using XenKube.Files;
using XenKube.Posix;

namespace XenKube.Guests;

/// <summary>
/// Guests that start with the host: links in /etc/xen/auto to their configurations, as Debian's xendomains looks for them. It starts them
/// in
/// the order of the links' names, so that these have their numbers padded: node-2 comes before node-10.
/// </summary>
internal sealed class GuestAutoStart
{
    private const string Folder = "etc/xen/auto";
    private const int Digits = 4;

    private readonly string _folder;

    /// <summary>Opens the folder of a host.</summary>
    /// <param name="system">Where /etc is.</param>
    public GuestAutoStart(string system) => _folder = Path.Combine(system, Folder);

    /// <summary>The name under which a guest is started with the host; null if it is not.</summary>
    /// <param name="configPath">Its configuration.</param>
    public string? Find(string configPath)
    {
        var identity = FileIdentity.TextOf(configPath);
        try
        {
            return Directory.Exists(_folder) ? Directory.GetFiles(_folder).Order(StringComparer.Ordinal)
                .FirstOrDefault(file => Target(file) == Path.GetFullPath(configPath) || FileIdentity.TextOf(file) == identity) : null;
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            return null;
        }
    }

    /// <summary>Has a guest start with the host, or not.</summary>
    /// <param name="configPath">Its configuration.</param>
    /// <param name="isOn">True to start it.</param>
    /// <returns>False where that is so already.</returns>
    /// <exception cref="OperationFailedException">The folder cannot be written to, or has a file of that name.</exception>
    public bool Set(string configPath, bool isOn)
    {
        var path = Path.GetFullPath(configPath);
        var existing = Find(path);
        if ((existing is not null) == isOn)
        {
            return false;
        }
        try
        {
            if (!isOn)
            {
                // A file of its own in that folder is somebody's, whatever it says; only a link is ours to remove.
                if (Target(existing!) is null)
                {
                    throw new OperationFailedException(ErrorIds.FileNotRemoved, existing, null,
                        "it is not a link to the guest's configuration, but a file", "Remove the file by hand");
                }
                HostFile.Remove(existing!);
                return true;
            }
            HostFile.MakeDirectory(_folder);
            HostFile.MakeLink(Path.Combine(_folder, NameOf(path)), path);
            return true;
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(ErrorIds.FileNotWritable, _folder, null, e.Message, "Run this as root", e);
        }
    }

    /// <summary>A name that sorts as people count: <c>etcd-node-0010.cfg</c>.</summary>
    private static string NameOf(string configPath)
    {
        var name = string.Create(CultureInfo.InvariantCulture,
            $"{Path.GetFileName(Path.GetDirectoryName(configPath))}-{Path.GetFileName(configPath)}");
        var padded = new StringBuilder();
        for (var i = 0; i < name.Length;)
        {
            var start = i;
            while (i < name.Length && char.IsAsciiDigit(name[i]))
            {
                i++;
            }
            padded.Append(i > start ? name[start..i].PadLeft(Digits, '0') : name[i++].ToString());
        }
        return padded.ToString();
    }

    private static string? Target(string file) => new FileInfo(file).LinkTarget is { } target
        ? Path.GetFullPath(target, Path.GetDirectoryName(file)!) : null;
}
