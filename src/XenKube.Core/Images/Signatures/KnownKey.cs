namespace XenKube.Images.Signatures;

/// <summary>
/// A key that comes with XenKube, to be trusted by name. It is offered, not assumed: nothing is checked by it before
/// somebody says so.
/// </summary>
/// <param name="Name">What to call it: <c>CoreOS</c>, <c>Flatcar</c>.</param>
/// <param name="Fingerprint">The primary's fingerprint; a file with another one is not this key.</param>
/// <param name="Description">Whose it is.</param>
public sealed record KnownKey(string Name, string Fingerprint, string Description)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<KnownKey> All { get; } =
    [
        new("CoreOS", "04127D0BFABEC8871FFB2CCE50E0885593D2DCB4", "CoreOS Container Linux, which ended in May 2020"),
        new("Flatcar", "F88CFEDEFF29A5B4D9523864E25D9AED0593B34A", "Flatcar Container Linux"),
    ];

    /// <summary>Finds a known key by its name; null if there is none.</summary>
    /// <param name="name">The name, in any case.</param>
    public static KnownKey? Find(string name) => All.FirstOrDefault(key => string.Equals(key.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <inheritdoc/>
    public override string ToString() => Name;

    internal byte[] ReadContent()
    {
        using var resource = typeof(KnownKey).Assembly.GetManifestResourceStream($"XenKube.Images.KnownKeys.{Name}_Image_Signing_Key.asc")
            ?? throw new InvalidOperationException($"the key of {Name} is missing in the assembly");
        using var content = new MemoryStream();
        resource.CopyTo(content);
        return content.ToArray();
    }
}
