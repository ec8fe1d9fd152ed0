using System.Globalization;
using XenKube.Networks;

namespace XenKube.Guests;

/// <summary>
/// Makes a guest's configuration from a request: a new one, or one that is there with what the request asks for changed and everything
/// else kept.
/// </summary>
/// <param name="defaults">What a guest gets where nothing else is said.</param>
internal sealed class GuestConfigMaker(GuestDefaults defaults)
{
    private const string Arguments = GuestArguments.BootLoader, GuestTypeArgument = "--guest-type=";
    private const string Restrict = "bootloader_restrict", RestrictUser = "bootloader_user";
    private const int LeastMemory = 16, MostMemory = 16 * 1024 * 1024, MostVCpus = 512;

    /// <summary>Makes a new configuration.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="mac">The address of the first card.</param>
    /// <param name="disks">The disks, the first of them the one that it boots from.</param>
    /// <param name="cards">The other cards with their addresses.</param>
    public XenGuestConfig Create(GuestRequest request, MacAddress mac, IReadOnlyList<XenDisk> disks, IReadOnlyList<XenVif> cards)
    {
        var type = request.Type ?? GuestType.PV;
        var vif = XenVif.Create(mac, request.Bridge ?? defaults.Bridge, request.Model ?? defaults.Model, request.VifScript, request.Vlan);
        var config = XenGuestConfig.Create(request.Name, Memory(request) ?? CheckMemory(request, defaults.Memory), VCpus(request)
            ?? CheckVCpus(request, defaults.VCpus), vif, disks, type, BootLoader(request, type));
        if (cards.Count > 0)
        {
            config = config.With("vif", XenConfigValue.OfTexts(cards.Prepend(vif).Select(card => card.ToString())));
        }
        config = WithLoader(config, request);
        return request.Kernel is { } kernel ? config.With("kernel", XenConfigValue.OfText(kernel)) : config;
    }

    /// <summary>Changes a configuration.</summary>
    /// <param name="existing">The configuration.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="mac">The address of the first card, as it is or another.</param>
    /// <param name="disks">The disks that it has afterwards.</param>
    /// <param name="cards">The other cards; null to keep them.</param>
    public XenGuestConfig Change(XenGuestConfig existing, GuestRequest request, MacAddress mac, IReadOnlyList<XenDisk> disks,
        IReadOnlyList<XenVif>? cards)
    {
        var config = existing;
        if (config.Name != request.Name)
        {
            config = config.With("name", XenConfigValue.OfText(request.Name));
        }
        if (Memory(request) is { } memory)
        {
            config = AtLeast(config.With("memory", XenConfigValue.OfText(memory.ToString(CultureInfo.InvariantCulture))), "maxmem", memory);
        }
        if (VCpus(request) is { } vcpus)
        {
            config = AtLeast(config.With("vcpus", XenConfigValue.OfNumber(vcpus)), "maxvcpus", vcpus);
        }
        config = WithStart(config, request);
        config = WithCards(config, request, mac, cards);
        return disks.Select(disk => disk.ToString()).SequenceEqual(config.Disks.Select(disk => disk.ToString())) ? config
            : config.With("disk", XenConfigValue.OfTexts(disks.Select(disk => disk.ToString())));
    }

    private XenGuestConfig WithStart(XenGuestConfig config, GuestRequest request)
    {
        if (request.Type is null && request.BootLoader is null && request.Kernel is null)
        {
            // A configuration that could not be started at all gets what a new one has.
            return config is { BootLoader: null, Kernel: null, Type: GuestType.PV }
                ? config.With("bootloader", XenConfigValue.OfText(defaults.BootLoader)) : config;
        }
        if (request.Type is { } type && type != config.Type)
        {
            config = config.Without("builder").With("type", XenConfigValue.OfText(type.ToXl()));
        }
        if (request.Kernel is { } kernel)
        {
            config = config.With("kernel", XenConfigValue.OfText(kernel));
        }
        var bootLoader = Program(request) ?? (request.Type is null && request.Kernel is null
            ? config.BootLoader : BootLoader(request, config.Type));
        config = bootLoader is null ? config.Without("bootloader") : config.BootLoader == bootLoader
            ? config : config.With("bootloader", XenConfigValue.OfText(bootLoader));
        return WithLoader(config, request);
    }

    /// <summary>The settings that XenKube's boot loader reads, and no other; and pygrub's user.</summary>
    private static XenGuestConfig WithLoader(XenGuestConfig config, GuestRequest request)
    {
        var isOwn = BootLoaders.IsXenKube(config.BootLoader);
        var arguments = GuestArguments.OfBootLoader(config);
        var others = arguments.Where(argument => !argument.StartsWith(GuestTypeArgument, StringComparison.Ordinal)).ToList();
        // libxl does not tell the boot loader what it makes of the kernel.
        List<string> wanted = isOwn ? [GuestTypeArgument + config.Type.ToXl(), .. others] : others;
        if (!wanted.SequenceEqual(arguments))
        {
            config = wanted.Count == 0 ? config.Without(Arguments) : config.With(Arguments, XenConfigValue.OfTexts(wanted));
        }
        if (isOwn && request.KernelArguments.Count > 0)
        {
            config = GuestArguments.WithConfigUri(config, request.KernelArguments);
        }
        else if (BootLoaders.IsPygrub(config.BootLoader))
        {
            // pygrub passes no arguments; a URL that is left here would mislead the reader of the file.
            config = GuestArguments.WithConfigUri(config, []);
        }
        return BootLoaders.IsPygrub(config.BootLoader) && request.PygrubUser is { } user
            ? config.With(Restrict, XenConfigValue.OfNumber(1)).With(RestrictUser, XenConfigValue.OfText(user))
            : isOwn ? config.Without(Restrict).Without(RestrictUser) : config;
    }

    private static string? Program(GuestRequest request) => request.BootLoader is { } word ? BootLoaders.ProgramOf(word) : null;

    private XenGuestConfig WithCards(XenGuestConfig config, GuestRequest request, MacAddress mac, IReadOnlyList<XenVif>? cards)
    {
        var first = config.Vifs is [{ IgnoredOption: null, MacAddress: not null } vif, ..] ? vif
            : XenVif.Create(mac, request.Bridge ?? defaults.Bridge, request.Model ?? defaults.Model);
        var changed = first.MacAddress == mac ? first : first.With("mac", mac.ToString());
        if (request.Bridge is not null || request.Vlan is not null || request.VifScript is not null)
        {
            var made = XenVif.Create(mac, request.Bridge ?? changed.Bridge ?? defaults.Bridge, null, request.VifScript
                ?? changed["script"], request.Vlan);
            changed = made.Options.Where(option => option.Key != "mac")
                .Aggregate(changed, (card, option) => card.With(option.Key, option.Value));
        }
        if (request.Model is { } model)
        {
            changed = changed.With("model", model);
        }
        var others = cards ?? [.. config.Vifs.Skip(1)];
        var all = others.Prepend(changed).Select(card => card.ToString()).ToList();
        return all.SequenceEqual(config.Vifs.Select(card => card.ToString())) && config.Vifs.Count > 0
            ? config : config.With("vif", XenConfigValue.OfTexts(all));
    }

    /// <summary>Where a limit is below what is asked for, it goes up as well: xl would refuse the guest.</summary>
    private static XenGuestConfig AtLeast(XenGuestConfig config, string key, long value) =>
        config.Get(key) is { } limit && limit.TryGetNumber(out var number) && number < value
            ? config.With(key, XenConfigValue.OfNumber(value)) : config;

    private string? BootLoader(GuestRequest request, GuestType type)
    {
        var bootLoader = Program(request) ?? (type == GuestType.PV && request.Kernel is null ? defaults.BootLoader : null);
        return type == GuestType.PVH && bootLoader is null && request.Kernel is null
            ? throw new InvalidInputException(ErrorIds.GuestConfigInvalid, request.ConfigPath, null,
                "a pvh guest needs a kernel file or a boot loader",
                $"Give {RemedyActionKind.KernelOption} with a file on dom0, or {RemedyActionKind.BootLoaderOption}")
            : bootLoader;
    }

    /// <summary>The memory that is asked for, in MiB; null where nothing is said.</summary>
    private static int? Memory(GuestRequest request) =>
        (request.Memory ?? request.Role switch { GuestRole.Master => 2048, GuestRole.Worker => 1536, _ => null }) is { } memory
            ? CheckMemory(request, memory) : null;

    private static int? VCpus(GuestRequest request) =>
        (request.VCpus ?? request.Role switch { GuestRole.Master => 2, GuestRole.Worker => 1, _ => null }) is { } vcpus
            ? CheckVCpus(request, vcpus) : null;

    private static int CheckMemory(GuestRequest request, int memory) => memory is >= LeastMemory and <= MostMemory ? memory
        : throw new InvalidInputException(ErrorIds.GuestConfigInvalid, null, request.Name,
            string.Create(CultureInfo.InvariantCulture, $"{memory} MiB of memory is not what a guest can have"),
            "Give the memory in MiB, such as 1024");

    private static int CheckVCpus(GuestRequest request, int vcpus) => vcpus is >= 1 and <= MostVCpus ? vcpus
        : throw new InvalidInputException(ErrorIds.GuestConfigInvalid, null, request.Name,
            string.Create(CultureInfo.InvariantCulture, $"a guest cannot have {vcpus} processors"), "Give 1 to 512");
}
