namespace XenKube.Images.Signatures;

/// <summary>
/// A key that comes with XenKube, to be trusted by name. It is offered, not assumed: nothing is checked by it before
/// somebody says so.
/// </summary>
/// <param name="Name">What to call it: <c>CoreOS</c>, <c>Flatcar</c>, <c>Fedora-43</c>.</param>
/// <param name="Fingerprint">The primary's fingerprint; a file with another one is not this key.</param>
/// <param name="Description">Whose it is.</param>
public sealed record KnownKey(string Name, string Fingerprint, string Description)
{
    /// <summary>All of them. A copy ages: Flatcar makes a new subkey every year or two, Fedora a new key for each release.</summary>
    public static IReadOnlyList<KnownKey> All { get; } =
    [
        new("CoreOS", "04127D0BFABEC8871FFB2CCE50E0885593D2DCB4", "CoreOS Container Linux, which ended in May 2020"),
        new("Flatcar", "F88CFEDEFF29A5B4D9523864E25D9AED0593B34A", "Flatcar Container Linux")
            { Source = new("https://www.flatcar.org/security/image-signing-key/Flatcar_Image_Signing_Key.asc") },
        new("Fedora-43", "C6E7F081CF80E13146676E88829B606631645531", "Fedora 43 and its CoreOS")
            { Source = new(FedoraKeys), File = FedoraFile },
        new("Fedora-44", "36F612DCF27F7D1A48A835E4DBFCF71C6D9F90A6", "Fedora 44 and its CoreOS")
            { Source = new(FedoraKeys), File = FedoraFile },
        new("Fedora-45", "4F50A6114CD5C6976A7F1179655A4B02F577861E", "Fedora 45 and its CoreOS")
            { Source = new(FedoraKeys), File = FedoraFile },
    ];

    private const string FedoraKeys = "https://fedoraproject.org/fedora.gpg";
    private const string FedoraFile = "Fedora_Signing_Keys";

    /// <summary>Where the owner publishes the key; null for an owner that is gone.</summary>
    public Uri? Source { get; init; }

    private string? File { get; init; }

    /// <summary>Finds a known key by its name; null if there is none.</summary>
    /// <param name="name">The name, in any case.</param>
    public static KnownKey? Find(string name) => FindAll(name) is [var key, ..] ? key : null;

    /// <summary>Finds the known keys of a name: the one that has it, or those of all releases, as <c>Fedora</c> has several.</summary>
    /// <param name="name">The name, in any case.</param>
    public static IReadOnlyList<KnownKey> FindAll(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return [.. All.Where(key => string.Equals(key.Name, name, StringComparison.OrdinalIgnoreCase)
            || key.Name.StartsWith($"{name}-", StringComparison.OrdinalIgnoreCase))];
    }

    /// <summary>The copy that comes with XenKube.</summary>
    public SigningKey Read() => KeyRing.Read(ReadContent(), Name, isTrusted: true).Keys.Single(key => key.Fingerprint == Fingerprint);

    /// <inheritdoc/>
    public override string ToString() => Name;

    internal byte[] ReadContent()
    {
        var file = File ?? $"{Name}_Image_Signing_Key";
        using var resource = typeof(KnownKey).Assembly.GetManifestResourceStream($"XenKube.Images.KnownKeys.{file}.asc")
            ?? throw new InvalidOperationException($"the key of {Name} is missing in the assembly");
        using var content = new MemoryStream();
        resource.CopyTo(content);
        return content.ToArray();
    }
}
