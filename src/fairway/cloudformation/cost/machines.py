"""What EC2 instances and databases cost: by their type and hour, and their disks by the gigabyte."""

from collections.abc import Iterator

from fairway.cloudformation.cost.reading import Properties, Reading, number, reference
from fairway.domain.aws.cost import HOURS, Item, Range, Unit, exactly

GROUP, DATABASE = "AWS::AutoScaling::AutoScalingGroup", "AWS::RDS::DBInstance"
COPIES = "CopiesGroup"
"""The data stack's security group for what RDS copies (`data.guard`): there is one where it does."""
REHEARSED = "while a migration is rehearsed on its copy, an hour or two each; none otherwise"
TWICE = "two instances, in two zones"


def instances(reading: Reading) -> Iterator[Item]:
    """Groups of instances, with the disks that their launch template gives them."""
    for name, group in reading.resources(GROUP):
        launched = reference(group.get("LaunchTemplate", {}).get("LaunchTemplateId"))
        data: Properties = reading.properties(launched).get("LaunchTemplateData", {})
        count = Range(low=number(group.get("MinSize"), 0.0), high=number(group.get("MaxSize"), 1.0))
        kind = str(data.get("InstanceType"))
        yield reading.hourly(name, f"EC2 {kind}", f"ec2.{kind}", count)
        disks = [number(each.get("Ebs", {}).get("VolumeSize"), 0.0) for each in data.get("BlockDeviceMappings", ())]
        if sum(disks):
            yield reading.item(name, "EBS gp3", "ebs.gp3", Unit.GB_MONTH, count.times(sum(disks)))


def databases(reading: Reading) -> Iterator[Item]:
    """Instances of RDS. In two zones both instance and storage are there twice, and the price list says twice the price
    (within its rounding): a price of its own is taken where the table has one."""
    copied = any(name == COPIES for name, _ in reading.resources("AWS::EC2::SecurityGroup"))
    for name, database in reading.resources(DATABASE):
        kind, twice = str(database.get("DBInstanceClass")), bool(database.get("MultiAZ"))
        storage = number(database.get("AllocatedStorage"), 0.0)
        yield _one_or_two(reading, name, f"RDS {kind}", kind, Unit.HOUR, HOURS, twice=twice)
        yield _one_or_two(reading, name, "RDS gp3 storage", "gp3", Unit.GB_MONTH, storage, twice=twice)
        snapshots = "the guard's snapshots count with them" if copied else ""
        yield reading.item(name, "RDS backups beyond the storage's size", "rds.backup", Unit.GB_MONTH, None, snapshots)
        if copied:
            yield reading.item(name, f"RDS {kind}, a copy", f"rds.{kind}", Unit.HOUR, None, REHEARSED)


def _one_or_two(
    reading: Reading, name: str, what: str, price: str, unit: Unit, quantity: float, *, twice: bool
) -> Item:
    if twice and reading.prices.of(f"rds.multi.{price}") is None:
        return reading.item(name, f"{what}, Multi-AZ", f"rds.{price}", unit, exactly(2 * quantity), TWICE)
    if twice:
        return reading.item(name, f"{what}, Multi-AZ", f"rds.multi.{price}", unit, exactly(quantity))
    return reading.item(name, what, f"rds.{price}", unit, exactly(quantity))
