using XenKube.Ignition.ContainerLinux.Releases;
using XenKube.Ignition.ContainerLinux.Sections;
using XenKube.Ignition.Model;
using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.ContainerLinux;

/// <summary>What objects of a Container Linux Config become beyond the fields that they have in common with Ignition.</summary>
internal sealed class ClcCompletions(ClcRelease release)
{
    private const int FileMode = 0x1A4;
    private const int DirectoryMode = 0x1ED;

    /// <summary>A hash, which is given by function and sum.</summary>
    public static void Verification(ConfigValue from, ConfigValue to, ConfigPath path, FieldTranslation translation)
    {
        var (function, sum) = (from["hash"]["function"].Text, from["hash"]["sum"].Text);
        if (function.Length > 0 && sum.Length > 0)
        {
            to["hash"].Set($"{function}-{sum}");
        }
    }

    /// <summary>A config elsewhere, whose URL must parse.</summary>
    public static void Reference(ConfigValue from, ConfigValue to, ConfigPath path, FieldTranslation translation)
    {
        if (GoUrl.Parse(from["source"].Text, out var error) is null)
        {
            translation.Error(path.Field("source"), error);
            to.Clear();
        }
    }

    /// <summary>A partition: sizes in sectors, names of types.</summary>
    public static void Partition(ConfigValue from, ConfigValue to, ConfigPath path, FieldTranslation translation)
    {
        foreach (var name in (ReadOnlySpan<string>)["size", "start"])
        {
            to[name].Set((Int128)ClcPartitionSize.Read(from[name].Text, out var error));
            if (error is not null)
            {
                translation.Error(path.Field(name), error);
                to.Clear();
                return;
            }
        }
        to["typeGuid"].Set(ClcPartitionTypes.Find(from["type_guid"].Text));
    }

    /// <summary>A directory, which may need a mode.</summary>
    public void Directory(ConfigValue from, ConfigValue to, ConfigPath path, FieldTranslation translation) =>
        SetMode(to["mode"], DirectoryMode);

    /// <summary>A file, which has contents and may need a mode. One whose contents cannot be had is left out.</summary>
    public void File(ConfigValue from, ConfigValue to, ConfigPath path, FieldTranslation translation)
    {
        SetMode(to["mode"], FileMode);
        var (contents, result, place) = (from["contents"], to["contents"], path.Field("contents"));
        if (FindSource(contents, place, translation) is not { } source)
        {
            to.Clear();
            return;
        }
        var remote = contents["remote"];
        result["source"].Set(source);
        result["compression"].Set(remote["compression"].Text);
        translation.Copy(remote["verification"], result["verification"], isOptional: false, place.Field("remote").Field("verification"));
    }

    /// <summary>The last source that is given counts, in the order inline, local, remote; null if it cannot be had.</summary>
    private string? FindSource(ConfigValue contents, ConfigPath place, FieldTranslation translation)
    {
        var source = contents["inline"].HasText ? DataUrl.Encode(ByteText.ToBytes(contents["inline"].Text)) : "data:,";
        if (contents["local"].HasText)
        {
            if (translation.Files.Read(contents["local"].Text, out var problem) is not { } bytes)
            {
                translation.Error(place.Field("local"), problem);
                return null;
            }
            source = DataUrl.Encode(bytes);
        }
        if (!contents["remote"]["url"].HasText)
        {
            return source;
        }
        if (GoUrl.Parse(contents["remote"]["url"].Text, out var error) is { } url)
        {
            return url.ToString() is { Length: > 0 } text ? text : "data:,";
        }
        translation.Error(place.Field("remote").Field("url"), release.ReportsBadUrls ? error : null);
        return null;
    }

    private void SetMode(ConfigValue mode, int usual)
    {
        if (release.HasDefaultModes && !mode.IsSet)
        {
            mode.Set((Int128)usual);
        }
    }
}
