using System.Globalization;
using XenKube.Ignition.Model;
using XenKube.Ignition.Validation;

namespace XenKube.Ignition.Summaries;

/// <summary>What an Ignition config of either generation makes of a guest.</summary>
/// <param name="Version">The Ignition version.</param>
/// <param name="Files">The files.</param>
/// <param name="Directories">The directories.</param>
/// <param name="Links">The links.</param>
/// <param name="Units">The systemd and networkd units.</param>
/// <param name="Users">The users.</param>
public sealed record IgnitionSummary(
    string Version,
    IReadOnlyList<IgnitionFile> Files,
    IReadOnlyList<IgnitionDirectory> Directories,
    IReadOnlyList<IgnitionLink> Links,
    IReadOnlyList<IgnitionUnit> Units,
    IReadOnlyList<IgnitionUser> Users)
{
    /// <summary>A config that does nothing.</summary>
    public static IgnitionSummary Empty { get; } = new("", [], [], [], [], []);

    /// <summary>Reads a config. Parts that are not what Ignition wants are passed over; validating is another matter.</summary>
    /// <param name="json">The JSON.</param>
    /// <returns>What it makes of a guest.</returns>
    /// <exception cref="InvalidInputException">The text is not a JSON object.</exception>
    public static IgnitionSummary Read(ReadOnlyMemory<byte> json)
    {
        var document = IgnitionDocument.Read(json);
        var (storage, passwd) = (document.Config["storage"], document.Config["passwd"]);
        return new IgnitionSummary(
            document.Version,
            [.. storage["files"].Items.Select(ReadFile)],
            [.. storage["directories"].Items.Select(item => new IgnitionDirectory(item["path"].Text, Mode(item), Owner(item)))],
            [.. storage["links"].Items.Select(item => new IgnitionLink(item["path"].Text, item["target"].Text, item["hard"].Flag))],
            [
                .. document.Config["systemd"]["units"].Items.Select(ReadUnit),
                .. document.Config["networkd"]["units"].Items.Select(ReadUnit),
            ],
            [.. passwd["users"].Items.Select(ReadUser)]);
    }

    private static string Mode(ConfigValue node) =>
        node["mode"] is { IsSet: true } mode && mode.Number >= 0 ? OctalMode.Of(mode.Number) : "";

    private static string Owner(ConfigValue node)
    {
        var (user, group) = (Name(node["user"]), Name(node["group"]));
        return user.Length + group.Length == 0 ? "" : $"{(user.Length > 0 ? user : "root")}:{(group.Length > 0 ? group : "root")}";

        static string Name(ConfigValue owner) =>
            owner["id"].IsSet ? owner["id"].Number.ToString(CultureInfo.InvariantCulture) : owner["name"].Text;
    }

    private static IgnitionFile ReadFile(ConfigValue file)
    {
        var content = ResourceContent.Of(file["contents"]);
        return new IgnitionFile(
            file["path"].Text, Mode(file), Owner(file), content?.Length, content is null ? file["contents"]["source"].Text : null,
            file["filesystem"].Text)
        {
            Content = content,
        };
    }

    private static IgnitionUnit ReadUnit(ConfigValue unit) => new(
        unit["name"].Text,
        UnitState.Of(unit),
        unit["contents"].Text.Length > 0,
        [.. unit["dropins"].Items.Select(dropin => dropin["name"].Text)]);

    private static IgnitionUser ReadUser(ConfigValue user) => new(
        user["name"].Text,
        user["passwordHash"].Text.Length > 0,
        [.. user["groups"].Items.Select(group => group.Text)],
        [.. user["sshAuthorizedKeys"].Items.Select(key => SshKey.Read(key.Text))]);
}
