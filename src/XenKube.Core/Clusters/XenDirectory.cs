using XenKube.Files;

namespace XenKube.Clusters;

/// <summary>
/// XENDIR, the directory that holds everything, laid out as the guide has it; one made by hand with the guide's own
/// bash is as good as one made by XenKube.
/// </summary>
public sealed class XenDirectory
{
    private readonly Lazy<XenSettings> _settings;

    /// <summary>Opens a directory; it need not exist yet. A command opens one and hands it on.</summary>
    /// <param name="path">Absolute or relative path.</param>
    /// <param name="onWait">Called with who is at work there when another process of XenKube has to be waited for; null for nobody.</param>
    public XenDirectory(string path, Action<string>? onWait)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        Layout = new XenDirLayout(Path);
        OnWait = onWait;
        _settings = new Lazy<XenSettings>(() => XenSettings.Read(SettingsPath));
    }

    /// <summary>The path of the directory that was asked for, else of the one in the environment variable XENDIR.</summary>
    /// <param name="path">What was asked for, or null.</param>
    /// <exception cref="InvalidInputException">Neither is there.</exception>
    /// <exception cref="ItemNotFoundException">There is no such directory.</exception>
    public static string Find(string? path)
    {
        var isNamed = !string.IsNullOrEmpty(path);
        var chosen = isNamed ? path : Environment.GetEnvironmentVariable("XENDIR");
        if (string.IsNullOrEmpty(chosen))
        {
            throw new InvalidInputException(ErrorIds.XenDirNotSet, null, null, "XENDIR must be set",
                $"Set the environment variable XENDIR, or name the directory with {RemedyActionKind.XenDirOption}");
        }
        if (!isNamed && CallerEnvironment.IsRootForAnother)
        {
            // The environment is that of the user who became root: it may name a XENDIR of root's, and not one of the user's own.
            FileTrust.Require(chosen, FileTrust.Distrust(chosen));
        }
        return Directory.Exists(chosen)
            ? chosen
            : throw new ItemNotFoundException(ErrorIds.XenDirNotFound, chosen, null, "XENDIR does not exist",
                "Make the directory, or correct XENDIR");
    }

    /// <summary>Opens the directory that was asked for, else the one in the environment variable XENDIR.</summary>
    /// <param name="path">What was asked for, or null.</param>
    /// <param name="onWait">Called with who is at work there when another process of XenKube has to be waited for; null for nobody.</param>
    /// <exception cref="InvalidInputException">Neither is there.</exception>
    /// <exception cref="ItemNotFoundException">There is no such directory.</exception>
    public static XenDirectory Resolve(string? path, Action<string>? onWait) => new(Find(path), onWait);

    /// <summary>The directory itself.</summary>
    public string Path { get; }

    /// <summary>Where /etc of the host is.</summary>
    internal string SystemRoot { get; init; } = "/";

    /// <summary>Where things are in it.</summary>
    public XenDirLayout Layout { get; }

    /// <summary>Compressed images and their signatures.</summary>
    public string ImagesPath => Layout.ImagesPath;

    /// <summary>A directory for each cluster.</summary>
    public string GuestsPath => Layout.GuestsPath;

    /// <summary>What is served to the guests, a directory for each cluster.</summary>
    public string NginxPath => Layout.NginxPath;

    /// <summary>Trusted signing keys.</summary>
    public string KeysPath => Layout.KeysPath;

    /// <summary>The optional settings.</summary>
    public string SettingsPath => Layout.SettingsPath;

    /// <summary>dnsmasq's file of reservations; a relative name in the settings is one in this directory.</summary>
    public string ReservationsPath => System.IO.Path.Combine(Path, Settings.ReservationsFile);

    /// <summary>The settings, read once.</summary>
    /// <exception cref="InvalidInputException">xenkube.json is not valid.</exception>
    public XenSettings Settings => _settings.Value;

    /// <summary>Called with who is at work here when another process of XenKube has to be waited for; null for nobody.</summary>
    public Action<string>? OnWait { get; }

    /// <summary>Makes the directory and those in it, where they are missing.</summary>
    /// <exception cref="OperationFailedException">One could not be made.</exception>
    public void Make()
    {
        foreach (var path in Layout.Directories)
        {
            try
            {
                HostFile.MakeDirectory(path);
            }
            catch (Exception e) when (e.IsFileTrouble())
            {
                throw new OperationFailedException(ErrorIds.DirectoryNotMade, path, null, e.Message, innerException: e);
            }
        }
    }

    /// <summary>The name of the cluster whose directory this is, or which contains this directory; null if there is none.</summary>
    /// <param name="path">A directory or file.</param>
    public string? FindClusterAt(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var prefix = GuestsPath + System.IO.Path.DirectorySeparatorChar;
        var full = System.IO.Path.GetFullPath(path);
        if (!full.StartsWith(prefix, StringComparison.Ordinal))
        {
            return null;
        }
        var name = full[prefix.Length..].Split(System.IO.Path.DirectorySeparatorChar)[0];
        return ItemName.IsValid(name) && Directory.Exists(System.IO.Path.Combine(GuestsPath, name)) ? name : null;
    }

    /// <summary>Refuses a node of another XENDIR, whose settings and whose lock would be the wrong ones.</summary>
    internal void RequireOwn(Node node)
    {
        ArgumentNullException.ThrowIfNull(node);
        if (node.XenDir != Path)
        {
            throw new InvalidInputException(ErrorIds.NodeOfAnotherXenDir, node.DiskPath, null, $"the node does not belong to {Path}",
                "Name its XENDIR");
        }
    }

    /// <summary>
    /// Keeps other processes of XenKube from changing this XENDIR until it is disposed of; waits for one that is at work, for
    /// two minutes or for as many seconds as the environment variable XENKUBE_LOCK_WAIT says.
    /// </summary>
    /// <param name="purpose">What it is taken for, which others are told.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ItemInUseException">Another process was at work all the time; the message says which.</exception>
    internal DirectoryLock Lock(string purpose, CancellationToken cancellationToken = default) =>
        DirectoryLock.Take(Path, purpose, DirectoryLock.UsualWait, OnWait, cancellationToken);

    /// <inheritdoc/>
    public override string ToString() => Path;
}
