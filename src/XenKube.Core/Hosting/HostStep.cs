namespace XenKube.Hosting;

/// <summary>A step of setting up the host: how it is, how it should be, and the difference of each file.</summary>
/// <param name="Name">A stable word: directories, site, reservations, firewall, time, console, shutdown.</param>
/// <param name="Current">How it is.</param>
/// <param name="Wanted">How it should be.</param>
/// <param name="Problem">What keeps the step from being done, or part of it; null for nothing.</param>
public sealed record HostStep(string Name, string Current, string Wanted, XenKubeException? Problem)
{
    /// <summary>The change of files; null when the step cannot be done at all.</summary>
    internal SystemChange? Change { get; init; }

    /// <summary>True when something has to be changed.</summary>
    public bool IsNeeded => Change?.IsNeeded ?? false;

    /// <summary>The difference of the files, as <c>diff -u</c> prints it.</summary>
    public string Diff => Change?.Diff ?? "";

    /// <summary>The files that are changed.</summary>
    public IReadOnlyList<string> Files => Change is null ? [] : [.. Change.Files.Select(file => file.Path)];

    /// <summary>True when the files are right, but their service does not use them yet.</summary>
    public bool IsActivationNeeded => Change is { IsActivationNeeded: true, Files.Count: 0 };

    /// <inheritdoc/>
    public override string ToString() =>
        IsActivationNeeded ? Current.Contains(", but ", StringComparison.Ordinal) ? $"{Name}: {Current}; the service will load the files"
            : $"{Name}: {Current}, but the service was not told; it will be" : Problem is not null && !IsNeeded
            ? $"{Name}: {Problem.Message}" : IsNeeded ? $"{Name}: {Current} -> {Wanted}" : $"{Name}: {Current}, nothing to change";
}
