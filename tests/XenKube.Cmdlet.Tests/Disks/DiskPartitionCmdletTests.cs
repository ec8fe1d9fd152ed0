using System.Management.Automation;
using XenKube.Disks;
using XenKube.Tests.Support;

namespace XenKube.Tests.Disks;

/// <summary>Get-DiskPartition.</summary>
[Trait("Kind", "Process")]
public sealed class DiskPartitionCmdletTests : IDisposable
{
    private readonly CmdletSession _session = new();

    public DiskPartitionCmdletTests() => _session.MakeCluster(hasDisks: true, "node-1");

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Partitions_are_those_that_parted_says()
    {
        Tool.Need("parted");
        var said = Tool.Run("parted", "-sm", _session["guests/etcd/node-1.img"], "unit", "b", "print").ShouldSucceed().Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(2).Select(line => line.TrimEnd(';'));
        var ours = _session.Run("Get-DiskPartition etcd/node-1").All<DiskPartition>()
            .Select(partition => $"{partition.Number}:{partition.Start}B:{partition.End}B:{partition.Size}B:{partition.FileSystem}:{partition.Label}:{string.Join(", ", partition.Flags)}");
        Assert.Equal(said, ours);
    }

    [Fact]
    public void File_is_taken_by_its_name_alone() =>
        Assert.Equal(7, _session.Run("Get-DiskPartition node-1.img").All<DiskPartition>().Count);

    [Fact]
    public void Label_selects_and_one_that_is_not_there_is_reported()
    {
        Assert.Equal(
            [3, 4],
            _session.Run("Get-DiskPartition etcd/node-1 -Label USR-*").All<DiskPartition>().Select(partition => partition.Number));
        var result = _session.Run("Get-DiskPartition etcd/node-1 -Label OEM, NOPE");
        result.Error("PartitionNotFound");
        Assert.Equal("OEM", ((DiskPartition)Assert.Single(result.Output)!.BaseObject).Label);
    }

    [Fact]
    public void Attributes_are_those_of_CoreOS()
    {
        var usr = _session.Run("Get-DiskPartition etcd/node-1 -Label USR-A").One<DiskPartition>();
        Assert.Equal((1, true, new Guid("7130c94a-213a-4e5a-8e26-6cce9662f132")), (usr.Priority, usr.Successful, usr.UniqueId));
    }

    [Fact]
    public void What_is_not_an_image_is_reported_and_the_next_is_taken()
    {
        _session.Write("guests/etcd/no.img", "hello\n");
        var result = _session.Run("Get-DiskPartition -Path no.img, node-1.img, gone.img");
        Assert.Equal(7, result.Output.Count);
        Assert.Equal([ErrorCategory.ObjectNotFound, ErrorCategory.InvalidData], result.Errors.Select(error => error.CategoryInfo.Category));
    }

    [Fact]
    public void Damaged_primary_table_gives_a_warning_and_the_backup_is_read()
    {
        using (var disk = File.OpenWrite(_session["guests/etcd/node-1.img"]))
        {
            disk.Position = 512;
            disk.Write(new byte[512]);
        }
        var result = _session.Run("Get-DiskPartition -Path node-1.img");
        Assert.Equal(7, result.All<DiskPartition>().Count);
        Assert.NotEmpty(result.Warnings);
    }
}
