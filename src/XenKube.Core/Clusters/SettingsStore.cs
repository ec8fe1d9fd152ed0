using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using XenKube.Files;
using XenKube.Posix;

namespace XenKube.Clusters;

/// <summary>The settings of a XENDIR, one by one. The file keeps its comments and everything else that is not changed.</summary>
public sealed class SettingsStore
{
    private readonly XenDirectory _directory;

    /// <summary>Opens the settings of a XENDIR.</summary>
    /// <param name="directory">The XENDIR.</param>
    public SettingsStore(XenDirectory directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        _directory = directory;
    }

    /// <summary>The names of all settings, in their order.</summary>
    public static IReadOnlyList<string> Names => SettingNames.All;

    private string FilePath => _directory.SettingsPath;

    /// <summary>Settings that a name or pattern stands for; case does not matter.</summary>
    /// <param name="pattern">The name or pattern.</param>
    /// <exception cref="InvalidInputException">There is no setting of this name, or the file is not valid.</exception>
    public IReadOnlyList<XenSetting> List(string pattern = "*")
    {
        ArgumentNullException.ThrowIfNull(pattern);
        var names = NamePattern.IsPattern(pattern)
            ? [.. Names.Where(name => NamePattern.IsMatch(pattern, name, ignoresCase: true))] : new[] { Find(pattern) };
        var json = ReadFile();
        var settings = json is null ? new XenSettings() : XenSettings.Parse(json, FilePath);
        var set = json is null ? [] : SettingsText.Names(json);
        var defaults = new XenSettings();
        return
        [
            .. names.Select(name => new XenSetting(name, Plainly(Property(name).Get!(settings)), Plainly(Property(name).Get!(defaults)),
                set.Contains(name) ? SettingSource.File : SettingSource.Default) { XenDir = _directory.Path }),
        ];
    }

    /// <summary>Sets a setting. The file that results is checked as a whole before it replaces the other one in one step.</summary>
    /// <param name="name">The name; case does not matter.</param>
    /// <param name="values">The value as text; for a list, its elements.</param>
    /// <param name="cancellationToken">Ends the wait for another XenKube that is at work there.</param>
    /// <returns>The setting as it is now.</returns>
    /// <exception cref="InvalidInputException">There is no such setting, or the value cannot be used; the file is as it was.</exception>
    public XenSetting Set(string name, IReadOnlyList<string> values, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        var own = Find(name);
        var value = ValueOf(own, values);
        return Change(own, json => SettingsText.With(json, own, value), cancellationToken);
    }

    /// <summary>Takes a setting out of the file, so that it has its default again.</summary>
    /// <param name="name">The name; case does not matter.</param>
    /// <param name="cancellationToken">Ends the wait for another XenKube that is at work there.</param>
    /// <returns>The setting as it is now.</returns>
    /// <exception cref="InvalidInputException">There is no such setting.</exception>
    public XenSetting Reset(string name, CancellationToken cancellationToken = default)
    {
        var own = Find(name);
        return Change(own, json => SettingsText.Without(json, own), cancellationToken);
    }

    private XenSetting Change(string name, Func<byte[], byte[]> change, CancellationToken cancellationToken)
    {
        using (_directory.Lock($"change of the setting {name}", cancellationToken))
        {
            var before = ReadFile();
            byte[] after;
            try
            {
                after = change(before ?? "{\n}\n"u8.ToArray());
            }
            catch (JsonException e)
            {
                throw SettingNames.NotJson(FilePath, e);
            }
            XenSettings.Parse(after, FilePath);
            if (before is null ? after.AsSpan().IndexOf((byte)'"') >= 0 : !after.AsSpan().SequenceEqual(before))
            {
                AtomicFile.Write(FilePath, after, FileStatus.TryRead(FilePath)?.Permissions);
            }
        }
        // A new directory: the old one keeps the settings that it has read.
        return new SettingsStore(new XenDirectory(_directory.Path, _directory.OnWait)).List(name)[0];
    }

    private byte[]? ReadFile() => WholeFile.TryReadTrusted(FilePath, errors: XenSettings.ReadErrors) is not { } json ? null
        : json is [0xef, 0xbb, 0xbf, ..] ? json[3..] : json;

    private string Find(string name) => Names.FirstOrDefault(own => own.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw SettingNames.Unknown(name, FilePath);

    private static JsonPropertyInfo Property(string name) =>
        XenSettingsJson.Default.XenSettings.Properties.First(property => property.Name == name);

    // As a person would write it: a path with an umlaut stays readable.
    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    private static bool IsList(string name) =>
        Property(name).PropertyType is var type && type != typeof(string) && type != typeof(int) && type != typeof(bool);

    private static object? Plainly(object? value) => value is IReadOnlyList<string> list ? list.ToArray() : value;

    private string ValueOf(string name, IReadOnlyList<string> values)
    {
        if (IsList(name))
        {
            return $"[{string.Join(", ", values.Select(Quoted))}]";
        }
        if (values is not [var value])
        {
            throw new InvalidInputException(ErrorIds.SettingsInvalid, FilePath, name, "it has one value",
                $"Give one value; the settings with several are {string.Join(" and ", Names.Where(IsList))}");
        }
        var type = Property(name).PropertyType;
        if (type == typeof(int))
        {
            return int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? number.ToString(CultureInfo.InvariantCulture) : throw Wrong("a whole number");
        }
        if (type == typeof(bool))
        {
            return bool.TryParse(value, out var isOn) ? isOn ? "true" : "false" : throw Wrong("true or false");
        }
        return Quoted(value);

        InvalidInputException Wrong(string wanted) => new(ErrorIds.SettingsInvalid, FilePath, name,
            $"'{Printable.Of(value)}' is not {wanted}");
    }
}
