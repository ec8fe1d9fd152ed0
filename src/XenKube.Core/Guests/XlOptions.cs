using XenKube.Files;

namespace XenKube.Guests;

/// <summary>Where xl is and how long it may take.</summary>
public sealed record XlOptions
{
    /// <summary>
    /// The program; by default the one that the environment variable XENKUBE_XL names, else <c>xl</c>. Where sudo, doas or pkexec made
    /// another
    /// user root, the variable is ignored.
    /// </summary>
    public string Path { get; init; } = CallerEnvironment.Get("XENKUBE_XL") ?? "xl";

    /// <summary>Limit for commands that answer at once.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Limit for starting a guest, with its boot loader.</summary>
    public TimeSpan CreateTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Limit for asking a guest to shut down: xl itself waits 60 seconds for its acknowledgement.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Where Xen writes its boot loaders' logs.</summary>
    public string LogDirectory { get; init; } = "/var/log/xen";

    /// <summary>
    /// Files in which guests are saved, and folders of such files, beside those of xendomains and those next to a guest's disk.
    /// </summary>
    public IReadOnlyList<string> SavedGuests { get; init; } = [];

    /// <summary>Where /proc, /etc and /var are; tests have their own.</summary>
    internal string SystemRoot { get; init; } = "/";
}
