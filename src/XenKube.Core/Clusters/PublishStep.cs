using System.Text;
using XenKube.Files;

namespace XenKube.Clusters;

/// <summary>Transpiles the node's config and publishes it.</summary>
public sealed class PublishStep : IgnitionResetStep
{
    /// <inheritdoc/>
    public override string Name => "Publish";

    /// <inheritdoc/>
    public override string GuideWord => "ct";

    /// <inheritdoc/>
    public override string Sentence => "transpile the config and publish it";

    /// <inheritdoc/>
    private protected override int Order => 40;

    /// <inheritdoc/>
    internal override bool NeedsDisk(IgnitionResetWork work, bool? bootsByXenKube) =>
        work.Node.ConfigSource != ConfigSource.Http || work.Options.ConfigSource is not null;

    /// <inheritdoc/>
    internal override IReadOnlyList<string> PartitionsOf(IgnitionResetWork work) =>
        work.Node.ConfigSource == ConfigSource.Image || work.Options.ConfigSource is not null ? [work.Place.File.Label] : [];

    /// <summary>Takes away what an earlier source has left: its secrets are needed no longer.</summary>
    private static void RemoveOthers(IgnitionResetWork work)
    {
        if (work.Node.ConfigSource != ConfigSource.Disk)
        {
            HostFile.TryRemove(work.Node.ConfigDiskPath);
        }
        if (work.Node.ConfigSource != ConfigSource.Image)
        {
            work.Place.Remove(work.Open(work.Place.File.Label));
        }
    }

    /// <inheritdoc/>
    internal override void Check(IgnitionResetWork work)
    {
        if (work.Node.ConfigSource == ConfigSource.Image)
        {
            work.Place.RequireWritable(work.Open(work.Place.File.Label));
        }
        work.Transpiled = work.Config.RequireTranspiled(work.Expansion);
    }

    /// <inheritdoc/>
    internal override (bool Changed, string Message) Apply(IgnitionResetWork work)
    {
        var name = Path.GetFileName(work.Node.ConfigPath);
        if (work.Options.ConfigSource is not null)
        {
            RemoveOthers(work);
        }
        if (work.Node.ConfigSource != ConfigSource.Http)
        {
            var isDisk = work.Node.ConfigSource == ConfigSource.Disk;
            var json = Encoding.UTF8.GetBytes(work.Transpiled!.Json);
            var changed = isDisk ? ConfigDisk.Write(work.Node.ConfigDiskPath, json)
                : work.Place.Write(work.Open(work.Place.File.Label), json);
            work.Config.TakeFromServer();
            var target = isDisk ? Path.GetFileName(work.Node.ConfigDiskPath) : $"{work.Place.File.Path} on {work.Place.File.Label}";
            return (changed, $"Transpiling {name} and writing it to {target}");
        }
        var published = work.Config.PublishHeld(work.Transpiled!);
        return (published.Changed, $"Transpiling {name} and adding it to nginx");
    }
}
