using System.Globalization;
using System.Text;
using XenKube.Files;

namespace XenKube.Guests;

/// <summary>
/// A guest's configuration for xl (NODE.cfg). Changing one key leaves the rest of the text, comments and layout included, byte
/// for byte as it was. Immutable: each change gives a new configuration.
/// </summary>
public sealed class XenGuestConfig
{
    private const int MaxSize = 1 << 20;
    private readonly string _text;

    private XenGuestConfig(string text, string? path)
    {
        _text = text;
        Path = path;
        try
        {
            Settings = XenConfigParser.Parse(text);
        }
        catch (XenKubeException e) when (path is not null)
        {
            throw e.In(path);
        }
    }

    /// <summary>The file it was read from; null when it was made in memory.</summary>
    public string? Path { get; }

    /// <summary>Every assignment in the order of the file, keys that XenKube does not know included.</summary>
    public IReadOnlyList<XenConfigSetting> Settings { get; }

    /// <summary>Reads a configuration file.</summary>
    /// <param name="path">Its path.</param>
    /// <exception cref="ItemNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidInputException">xl would not read it; the message has line and column.</exception>
    public static XenGuestConfig Read(string path) => Read(path, isTrusted: false);

    /// <summary>The same for xl, which runs as root what the configuration names (bootloader=, script=).</summary>
    /// <param name="path">Its path.</param>
    /// <param name="isTrusted">True to refuse, as root, a configuration that another user could have written.</param>
    internal static XenGuestConfig Read(string path, bool isTrusted)
    {
        var errors = new FileReadErrors(ErrorIds.GuestConfigNotFound, ErrorIds.FileNotReadable, ErrorIds.GuestConfigInvalid,
            "guest configuration");
        var bytes = WholeFile.ReadOfHouse(path, isTrusted, MaxSize, errors);
        return new(Encoding.Latin1.GetString(bytes), path);
    }

    /// <summary>Reads a configuration from its text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="path">The file's name for messages, or null.</param>
    public static XenGuestConfig Parse(string text, string? path = null) =>
        new(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text)), path);

    /// <summary>Reads a configuration from its bytes.</summary>
    /// <param name="bytes">The bytes of the file.</param>
    /// <param name="path">The file's name for messages, or null.</param>
    public static XenGuestConfig Parse(ReadOnlySpan<byte> bytes, string? path = null) =>
        bytes.Length > MaxSize
            ? throw new InvalidInputException(ErrorIds.GuestConfigInvalid, path, null, "larger than 1 MiB, which no guest configuration is")
            : new(Encoding.Latin1.GetString(bytes), path);

    /// <summary>The guide's configuration of a guest: boot loader, name, memory, processors, one network card, its disks.</summary>
    /// <param name="name">The domain's name.</param>
    /// <param name="memory">Memory in MiB.</param>
    /// <param name="vcpus">Virtual processors.</param>
    /// <param name="vif">The network card.</param>
    /// <param name="disks">The disks, the first of them the one it boots from.</param>
    /// <param name="type">Kind of guest; for the default, pv, the key is left out as in the guide.</param>
    /// <param name="bootLoader">The boot loader that fetches a pv guest's kernel; null for none.</param>
    public static XenGuestConfig Create(string name, int memory, int vcpus, XenVif vif, IReadOnlyList<XenDisk> disks,
        GuestType type = GuestType.PV, string? bootLoader = "pygrub")
    {
        var config = new XenGuestConfig("", null);
        if (type != GuestType.PV)
        {
            config = config.With("type", XenConfigValue.OfText(type.ToXl()));
        }
        if (bootLoader is not null)
        {
            config = config.With("bootloader", XenConfigValue.OfText(bootLoader));
        }
        return config
            .With("name", XenConfigValue.OfText(name))
            .With("memory", XenConfigValue.OfText(memory.ToString(CultureInfo.InvariantCulture)))
            .With("vcpus", XenConfigValue.OfNumber(vcpus))
            .With("vif", XenConfigValue.OfTexts(vif.ToString()))
            .With("disk", XenConfigValue.OfTexts(disks.Select(disk => disk.ToString())));
    }

    /// <summary>The domain's name, or null.</summary>
    public string? Name => GetText("name");

    /// <summary>Memory in MiB; null when it is not set or not a number.</summary>
    public long? Memory => GetNumber("memory");

    /// <summary>Virtual processors; xl gives one where nothing is said.</summary>
    public long? VCpus => GetNumber("vcpus");

    /// <summary>The boot loader, or null.</summary>
    public string? BootLoader => GetText("bootloader");

    /// <summary>The kernel file on dom0, or null for a guest whose boot loader finds one.</summary>
    public string? Kernel => GetText("kernel");

    /// <summary>Kind of guest; pv where nothing is said.</summary>
    public GuestType Type => GuestTypes.FromXl(GetText("type"), GetText("builder"));

    /// <summary>The network cards.</summary>
    public IReadOnlyList<XenVif> Vifs => [.. Strings("vif").Select(XenVif.Parse)];

    /// <summary>The disks.</summary>
    public IReadOnlyList<XenDisk> Disks => [.. Strings("disk").Select(XenDisk.Parse)];

    /// <summary>What xl sees as a key's value, after all its assignments and additions.</summary>
    /// <param name="name">The key.</param>
    /// <returns>The value, or null when the key is not there.</returns>
    public XenConfigValue? Get(string name)
    {
        XenConfigValue? value = null;
        foreach (var setting in Settings.Where(setting => setting.Name == name))
        {
            if (!setting.Appends || value is null)
            {
                value = setting.Value;
            }
            else if ((value.Kind == XenConfigValueKind.List) != (setting.Value.Kind == XenConfigValueKind.List))
            {
                throw new InvalidInputException(ErrorIds.GuestConfigInvalid, Path, Place(setting),
                    $"'{name}' is a list in one place and a single value in another");
            }
            else if (value.Kind == XenConfigValueKind.List)
            {
                value = XenConfigValue.OfList([.. value.Items, .. setting.Value.Items]);
            }
            else
            {
                value = XenConfigValue.OfText(value.Text + setting.Value.Text);
            }
        }
        return value;
    }

    /// <summary>The text of a key that holds a single value; null when it is not there or is a list.</summary>
    /// <param name="name">The key.</param>
    public string? GetText(string name) => Get(name) is { Kind: not XenConfigValueKind.List } value ? value.Text : null;

    /// <summary>The number a key holds; null when it is not there or not a number.</summary>
    /// <param name="name">The key.</param>
    public long? GetNumber(string name) => Get(name) is { } value && value.TryGetNumber(out var number) ? number : null;

    /// <summary>Sets a key. Its line is edited in place; a new key is added at the end.</summary>
    /// <param name="name">The key.</param>
    /// <param name="value">The new value; a number replaces a quoted number inside its quotes.</param>
    public XenGuestConfig With(string name, XenConfigValue value)
    {
        CheckKey(name);
        var there = Settings.Where(setting => setting.Name == name).ToList();
        if (there.Count == 0)
        {
            var gap = _text.Length == 0 || _text[^1] == '\n' ? "" : "\n";
            return Edited($"{_text}{gap}{name} = {Written(value, '"')}\n");
        }
        var first = there[0];
        var text = new StringBuilder(_text);
        foreach (var other in there.Skip(1).Reverse())
        {
            Cut(text, other);
        }
        var quote = first.Value.Kind == XenConfigValueKind.Text ? _text[first.Value.Start] : '"';
        if (value.Kind == XenConfigValueKind.Number && first.Value.Kind == XenConfigValueKind.Text)
        {
            value = XenConfigValue.OfText(value.Text);
        }
        text.Remove(first.Value.Start, first.Value.End - first.Value.Start).Insert(first.Value.Start, Written(value, quote));
        if (first.Appends)
        {
            text.Remove(first.OperatorStart, 1);
        }
        return Edited(text.ToString());
    }

    /// <summary>Replaces one item of a list and leaves the others, and the comments between them, as they are.</summary>
    /// <param name="name">The key.</param>
    /// <param name="index">The item's number, from 0, over all additions to the key.</param>
    /// <param name="value">The new item.</param>
    public XenGuestConfig WithItem(string name, int index, XenConfigValue value)
    {
        _ = Get(name);
        var lastReset = Settings.LastOrDefault(setting => setting.Name == name && !setting.Appends);
        var items = Settings.Where(setting => setting.Name == name && (lastReset is null || setting.Start >= lastReset.Start))
            .SelectMany(setting => setting.Value.Items).ToList();
        if (index < 0 || index >= items.Count)
        {
            throw new ItemNotFoundException(ErrorIds.GuestConfigItemNotFound, Path, name,
                string.Create(CultureInfo.InvariantCulture, $"there is no item {index}"));
        }
        var item = items[index];
        var quote = item.Kind == XenConfigValueKind.Text ? _text[item.Start] : '\'';
        return Edited(_text.Remove(item.Start, item.End - item.Start).Insert(item.Start, Written(value, quote)));
    }

    /// <summary>Removes a key; a comment on its line stays.</summary>
    /// <param name="name">The key.</param>
    public XenGuestConfig Without(string name)
    {
        var text = new StringBuilder(_text);
        foreach (var setting in Settings.Where(setting => setting.Name == name).Reverse())
        {
            Cut(text, setting);
        }
        return Edited(text.ToString());
    }

    /// <summary>Writes the configuration in one step: to a temporary file beside, then by renaming.</summary>
    /// <param name="path">Where to; by default where it was read from.</param>
    public void Save(string? path = null)
    {
        var target = path ?? Path ?? throw new InvalidInputException(ErrorIds.GuestConfigInvalid, null, null,
            "the configuration has no file name yet");
        AtomicFile.Write(target, ToBytes());
    }

    /// <summary>The file's bytes.</summary>
    public byte[] ToBytes() => Encoding.Latin1.GetBytes(_text);

    /// <summary>The file's text.</summary>
    public override string ToString() => Encoding.UTF8.GetString(ToBytes());

    internal static string Place(XenConfigSetting setting) => string.Create(CultureInfo.InvariantCulture,
        $"line {setting.Line}, column {setting.Column}");

    internal string? PlaceOf(string name) => Settings.LastOrDefault(setting => setting.Name == name) is { } setting ? Place(setting) : null;

    private IEnumerable<string> Strings(string name)
    {
        foreach (var item in Get(name) is { Kind: XenConfigValueKind.List } list ? list.Items : [])
        {
            if (item.Kind != XenConfigValueKind.List)
            {
                yield return item.Text;
            }
        }
    }

    private XenGuestConfig Edited(string text) => new(text, Path);

    private static string Written(XenConfigValue value, char quote)
    {
        var text = new StringBuilder();
        value.Write(text, quote);
        return Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static void CheckKey(string name)
    {
        if (name.Length == 0 || name[0] is < 'a' or > 'z' || name.Any(c => c is not (>= 'a' and <= 'z' or >= '0' and <= '9' or '_' or '.')))
        {
            throw new InvalidInputException(ErrorIds.GuestConfigInvalid, null, null,
                $"'{name}' is not a key for xl: lower-case letters, digits, '_' and '.' only");
        }
    }

    /// <summary>Takes an assignment out: with its line when nothing else is on it, else with the ';' that ends it.</summary>
    private static void Cut(StringBuilder builder, XenConfigSetting setting)
    {
        var text = builder.ToString();
        var (start, end) = (setting.Start, setting.Value.End);
        while (end < text.Length && text[end] is ' ' or '\t')
        {
            end++;
        }
        var lineStart = start;
        while (lineStart > 0 && text[lineStart - 1] is ' ' or '\t')
        {
            lineStart--;
        }
        if (end < text.Length && text[end] == ';')
        {
            end++;
        }
        else if ((lineStart == 0 || text[lineStart - 1] == '\n') && (end == text.Length || text[end] == '\n'))
        {
            start = lineStart;
            end = Math.Min(end + 1, text.Length);
        }
        builder.Remove(start, end - start);
    }
}
