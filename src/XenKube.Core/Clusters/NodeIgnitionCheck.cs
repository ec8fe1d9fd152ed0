using System.Text;
using XenKube.Files;
using XenKube.Ignition;
using XenKube.Ignition.Reporting;
using XenKube.Ignition.Validation;

namespace XenKube.Clusters;

/// <summary>The part of a node's check that looks at the config which the guest gets.</summary>
/// <param name="directory">The XENDIR.</param>
/// <param name="options">How thoroughly.</param>
internal sealed class NodeIgnitionCheck(XenDirectory directory, NodeCheckOptions options)
{
    /// <summary>Checks the config.</summary>
    /// <param name="node">The node.</param>
    /// <param name="guest">The release on the disk; null where it is not known.</param>
    /// <param name="own">The check of the disk; null where the disk was not read.</param>
    public CheckResult Run(Node node, GuestOfImage? guest, NodeDiskCheck? own)
    {
        const string name = "ignition";
        var publish = PublishAgain(node);
        var place = node.ConfigSource switch
        {
            ConfigSource.Disk => node.ConfigDiskPath,
            ConfigSource.Image => $"the config on {node.DiskPath}",
            _ => node.IgnitionPath,
        };
        byte[] json;
        try
        {
            if (node.ConfigSource != ConfigSource.Http && File.Exists(node.IgnitionPath))
            {
                return new(name, CheckStatus.Warn,
                    $"{node.IgnitionPath} is still served, although the config comes by {node.ConfigSource}", publish);
            }
            if (node.ConfigSource == ConfigSource.Disk && ConfigDisk.IsOpen(node.ConfigDiskPath))
            {
                return new(name, CheckStatus.Fail, $"others than root can read {node.ConfigDiskPath}", publish);
            }
            var read = node.ConfigSource == ConfigSource.Disk ? ConfigDisk.Read(node.ConfigDiskPath) : own?.Config;
            if (node.ConfigSource == ConfigSource.Image && read is null && own is null)
            {
                return NodeCheck.NotChecked(name, "the disk was not read, and the config is on it", null);
            }
            if (node.ConfigSource == ConfigSource.Image && read is null && !own!.WillIgnite)
            {
                return new(name, CheckStatus.Pass, "Ignition ran, and the guest has removed its config");
            }
            if (node.ConfigSource != ConfigSource.Http && read is null)
            {
                return new(name, CheckStatus.Fail, $"{place} is not there", publish);
            }
            json = read ?? WholeFile.Read(node.IgnitionPath, 64 << 20,
                new FileReadErrors(ErrorIds.IgnitionNotPublished, ErrorIds.FileNotReadable, ErrorIds.IgnitionInvalid), regularOnly: true);
        }
        catch (ItemNotFoundException)
        {
            return new(name, CheckStatus.Fail, $"{node.IgnitionPath} is not published", publish);
        }
        catch (XenKubeException e)
        {
            return NodeCheck.Failure(name, e, node);
        }
        var validation = IgnitionValidator.Validate(json);
        if (!validation.IsValid)
        {
            return new(name, CheckStatus.Fail,
                $"{place} is not valid: {ConfigFailure.MessageOf(validation.Entries.First(entry => entry.Kind == ReportKind.Error))}",
                $"See every fault ({new RemedyAction(RemedyActionKind.ValidateConfig, node.IgnitionPath)}), correct the config and refresh");
        }
        if (guest?.Refuses(validation.Generation, validation.Version) is { } reason)
        {
            return new(name, CheckStatus.Fail, $"{place} is Ignition {validation.Version}: {reason}",
                $"Write the config in the language of the release, {NodeLanguage.Of(guest)}, and publish it: {new RemedyAction(RemedyActionKind.PublishConfig, node.FullName)}");
        }
        return FindOutdated(node, json) is { } outdated
            ? new(name, CheckStatus.Warn, outdated, publish)
            : new(name, CheckStatus.Pass, $"{place} is valid Ignition {validation.Version}");
    }

    /// <summary>For a config that the guest would not get as it should.</summary>
    public static Remedy PublishAgain(Node node)
    {
        if (node.ConfigSource != ConfigSource.Http)
        {
            return $"Write it there: {new RemedyAction(RemedyActionKind.RefreshStep, node.FullName, "publish")}";
        }
        return $"Publish it ({new RemedyAction(RemedyActionKind.PublishConfig, node.FullName)}), or refresh the node ({new RemedyAction(RemedyActionKind.Refresh, node.FullName)})";
    }

    /// <summary>
    /// Why what is published is not what the node's template and config give now; null where it is, or where the node has no config.
    /// </summary>
    private string? FindOutdated(Node node, byte[] published)
    {
        var own = new NodeConfig(directory, node, options.Config);
        try
        {
            if (own.HasTemplate && own.PrepareTemplate(force: false).Text is not null)
            {
                return $"{node.ConfigPath} is older than its template, what that includes, or the values of its variables";
            }
        }
        catch (XenKubeException e)
        {
            return $"the template cannot be expanded: {e.Fault}";
        }
        if (!File.Exists(node.ConfigPath))
        {
            return null;
        }
        var config = own.Transpile();
        if (!config.Succeeded)
        {
            return $"{node.ConfigPath} does not transpile: {ConfigFailure.Of(config, null).Fault}";
        }
        return node.ConfigSource == ConfigSource.Http
            && File.GetLastWriteTimeUtc(node.ConfigPath) > File.GetLastWriteTimeUtc(node.IgnitionPath)
            ? $"{node.ConfigPath} is newer than what is published"
            : Encoding.UTF8.GetBytes(config.Json).AsSpan().SequenceEqual(published) ? null
            : $"what the guest gets is not what {node.ConfigPath} gives";
    }
}
