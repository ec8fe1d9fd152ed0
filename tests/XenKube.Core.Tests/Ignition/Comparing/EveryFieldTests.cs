using System.Text;
using XenKube.Ignition.Model;
using XenKube.Ignition.Validation;
using XenKube.Ignition.Writing;

namespace XenKube.Ignition.Comparing;

/// <summary>
/// Every field of every version, taken from the tables of types: each is changed in a config that has all of them, left out of it, and
/// put into a config that has nothing else; each time there has to be a difference.
/// </summary>
public class EveryFieldTests
{
    public static TheoryData<string> Versions => [.. IgnitionVersions.Names];

    [Theory]
    [MemberData(nameof(Versions))]
    public void Change_of_any_field_is_a_difference(string version)
    {
        var missed = new List<string>();
        var count = 0;
        var full = Full(version);
        var before = Json(full);
        foreach (var path in Leaves(full, ConfigPath.Root))
        {
            if (path.ToString() is "ignition.version" or "ignitionVersion")
            {
                continue;
            }
            count++;
            var changed = Full(version);
            Change(At(changed, path));
            Expect(before, Json(changed), $"changed {path}");
            // A flag that is false may be as good as one that is not there.
            if (At(full, path) is not ({ Type.Kind: ConfigKind.Flag, Flag: false } or { Type.Kind: ConfigKind.Text, Text: "" }))
            {
                var less = Full(version);
                At(less, path).Clear();
                Expect(before, Json(less), $"without {path}");
            }
            var bare = Bare(version);
            var alone = Bare(version);
            Take(alone, full, path);
            Expect(Json(bare), Json(alone), $"only {path}");
        }
        Assert.Empty(missed);
        // Enough that the walk cannot have gone astray.
        Assert.True(count > (version == "1" ? 30 : 45), $"{count} fields");

        void Expect(byte[] a, byte[] b, string what)
        {
            if (!a.AsSpan().SequenceEqual(b) && IgnitionComparison.Compare(a, b).IsEmpty)
            {
                missed.Add(what);
            }
            else if (a.AsSpan().SequenceEqual(b) && !what.StartsWith("only", StringComparison.Ordinal))
            {
                missed.Add($"{what}: the JSON stayed as it was");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Config_with_every_field_does_not_differ_from_itself(string version)
    {
        var json = Json(Full(version));
        // Indented, so that the bytes differ.
        var writer = new IgnitionJsonWriter(pretty: true);
        ConfigJson.Write(writer, IgnitionDocument.Read(json).Config);
        Assert.NotEqual(json, writer.ToArray());
        Assert.Empty(IgnitionComparison.Compare(json, writer.ToArray()).Changes);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void No_secret_of_any_field_is_shown(string version)
    {
        // Every text of a secret field is its own path; none of them may be in what is said.
        var (old, now) = (Full(version), Full(version));
        var secrets = new List<string>();
        Visit(now, ConfigPath.Root, null);
        Assert.True(secrets.Count >= 2, $"{secrets.Count} secrets");
        var said = IgnitionComparison.Compare(Json(old), Json(now)).ToString() + IgnitionComparison.Compare(null, Json(now))
            + IgnitionComparison.Compare(Json(now), null);
        Assert.DoesNotContain(secrets, secret => said.Contains(secret, StringComparison.Ordinal));
        Assert.Contains("SHA256:", said, StringComparison.Ordinal);

        void Visit(ConfigValue value, ConfigPath path, string? secret)
        {
            foreach (var (field, child) in value.Present.ToList())
            {
                var kind = field.Secret ?? secret;
                if (kind is not null && child.Type.Kind == ConfigKind.Text && field.Name is "passwordHash" or "value" or "source")
                {
                    var text = $"Hidden{secrets.Count}";
                    secrets.Add(text);
                    child.Set(field.Name == "source" ? $"data:,{text}" : text);
                }
                Visit(child, path.Field(field.Name), kind);
            }
            for (var i = 0; i < value.Items.Count; i++)
            {
                Visit(value.Items[i], path.Item(i), secret);
            }
        }
    }

    private static ConfigValue Bare(string version)
    {
        var declared = version == "1" ? """{"ignitionVersion":1}""" : $$$"""{"ignition":{"version":"{{{version}}}"}}""";
        var config = new ConfigValue(IgnitionDocument.Read(Encoding.UTF8.GetBytes(declared)).Config.Type) { IsSet = true };
        SetVersion(config, version);
        return config;
    }

    private static ConfigValue Full(string version)
    {
        var config = Bare(version);
        Fill(config, "");
        SetVersion(config, version);
        return config;
    }

    private static void SetVersion(ConfigValue config, string version)
    {
        if (version == "1")
        {
            config["ignitionVersion"].Set(1);
        }
        else
        {
            config["ignition"].IsSet = true;
            config["ignition"]["version"].Set(version);
        }
    }

    private static void Fill(ConfigValue value, string name)
    {
        value.IsSet = true;
        switch (value.Type.Kind)
        {
            case ConfigKind.Object:
                foreach (var field in value.Type.Fields)
                {
                    Fill(value[field.Name], field.Name);
                }
                break;
            case ConfigKind.List:
                Fill(value.AddItem(), name);
                break;
            case ConfigKind.Number:
                value.Set(7);
                break;
            case ConfigKind.Flag:
                value.Set(name != "mask");
                break;
            default:
                value.Set(name switch { "source" => "data:,text", "compression" => "", "name" => "X-Key", _ => "/" + name });
                break;
        }
    }

    private static void Change(ConfigValue value)
    {
        switch (value.Type.Kind)
        {
            case ConfigKind.List:
                value.AddItem().Set("/another");
                break;
            case ConfigKind.Number:
                value.Set(8);
                break;
            case ConfigKind.Flag:
                value.Set(!value.Flag);
                break;
            default:
                value.Set(value.Text switch { "data:,text" => "data:,other", "" => "gzip", var text => text + "2" });
                break;
        }
    }

    /// <summary>Texts, numbers, flags, and lists of texts.</summary>
    private static IEnumerable<ConfigPath> Leaves(ConfigValue value, ConfigPath path) => value.Type switch
    {
        { Kind: ConfigKind.Object } => value.Type.Fields.SelectMany(field => Leaves(value[field.Name], path.Field(field.Name))),
        { Kind: ConfigKind.List, Element.Kind: ConfigKind.Object } => Leaves(value.Items[0], path.Item(0)),
        _ => [path],
    };

    private static ConfigValue At(ConfigValue config, ConfigPath path)
    {
        var value = config;
        foreach (var step in path.Steps())
        {
            value = step.Name is null ? value.Items[step.Index] : value[step.Name];
        }
        return value;
    }

    /// <summary>Takes one field over, and of the lists on the way to it an entry with nothing else.</summary>
    private static void Take(ConfigValue to, ConfigValue from, ConfigPath path)
    {
        foreach (var step in path.Steps())
        {
            from = step.Name is null ? from.Items[step.Index] : from[step.Name];
            to.IsSet = true;
            to = step.Name is null ? to.AddItem() : to[step.Name];
        }
        to.SetScalar(from);
        foreach (var item in from.Items)
        {
            to.AddItem().Set(item.Text);
        }
    }

    private static byte[] Json(ConfigValue config)
    {
        var writer = new IgnitionJsonWriter();
        ConfigJson.Write(writer, config);
        return writer.ToArray();
    }
}
